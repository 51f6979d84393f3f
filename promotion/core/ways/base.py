"""What every stage has, whichever way it delivers."""

from collections.abc import Iterator
from datetime import timedelta

from promotion.core.assets import Use
from promotion.core.gates import AnyGate
from promotion.core.names import lock_name
from promotion.core.policy.duration import in_words
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.core.value import Value
from promotion.core.waits import AnyWait


class Target(Value):
    """Where a version is to serve."""

    workspace: WorkspaceRef
    endpoint: str
    """Name of the endpoint."""
    deployment: str
    """Name of the deployment that will serve this version."""


class StagePlan(Value):
    """One stage: what must be true first, and until when it must be done."""

    name: str
    workspace: WorkspaceRef
    needs: tuple[str, ...] = ()
    """Stages that must have succeeded."""
    gates: tuple[AnyGate, ...] = ()
    waits: tuple[AnyWait, ...] = ()
    keep_previous: timedelta
    """How long what it replaces stays, so that going back is quick."""
    time_limit: timedelta
    assets: tuple[Use, ...] = ()
    """What its files name beside the model, and what goes along with it."""

    @property
    def references(self) -> dict[str, str]:
        """By field of its file, what takes the place of that which went along with the model."""
        return {use.field: use.reference for use in self.assets if use.reference}

    @property
    def pauses(self) -> timedelta:
        """How long the delivery pauses on purpose, which is not what may take too long."""
        return timedelta(0)

    def what(self, model: ModelVersion) -> str:
        """The name, at its place, of what a delivery of ``model`` brings."""
        return str(model)

    @property
    def place(self) -> str:
        """What people look at to see how a delivery went."""
        return f"the workspace {self.workspace.name}"

    def guarded(self, route: str) -> str:
        """The one name of what a hold at this stage stops."""
        return lock_name(self.workspace, f"{route}/{self.name}")

    def doing(self) -> Iterator[tuple[str, str]]:
        """What will be done, step by step, for people: a verb and the rest of the sentence."""
        yield "deliver", f"to {self.place}"

    def turn(self, model: ModelVersion) -> str:
        """The one name by which deliveries of ``model`` that would meet take their turn."""
        # No endpoint has a slash in its name, so that none has the same lock.
        return lock_name(self.workspace, f"model/{model.name}")


class EndpointPlan(StagePlan):
    """A stage with an endpoint, described by the team's files."""

    target: Target
    endpoint_yaml: str
    deployment_yaml: str
    deployment_path: str
    """Where the deployment file stands, relative to the policy: its own paths begin there."""

    def what(self, model: ModelVersion) -> str:  # noqa: ARG002  # any model
        """The name of the deployment."""
        return self.target.deployment

    @property
    def place(self) -> str:
        """What people look at to see how a delivery went."""
        return f"the endpoint {self.target.endpoint}"

    def doing(self) -> Iterator[tuple[str, str]]:
        """What will be done, step by step, for people: a verb and the rest of the sentence."""
        where = f"{self.target.endpoint}, {self.workspace.name}"
        yield "deploy", f"{self.target.deployment} at {where}"

    @property
    def _kept(self) -> str:
        """What becomes of that which it replaces."""
        kept = f"kept {in_words(self.keep_previous)}" if self.keep_previous else "removed at once"
        return f"what served before is {kept}"

    @property
    def resource(self) -> str:
        """Azure Resource Manager id of the endpoint."""
        return f"{self.workspace.arm_id}/onlineEndpoints/{self.target.endpoint}"

    @property
    def lock(self) -> str:
        """The one name of the endpoint, for whoever changes it."""
        return lock_name(self.workspace, self.target.endpoint)

    def guarded(self, route: str) -> str:  # noqa: ARG002  # any route
        """A hold is on the endpoint, whichever models and routes it serves."""
        return self.lock

    def turn(self, model: ModelVersion) -> str:  # noqa: ARG002  # any model
        """One delivery at a time on an endpoint, whichever models and routes they belong to."""
        return self.lock
