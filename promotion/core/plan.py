"""What a policy means for one model version: the data that travels with its promotion."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from promotion.core.events import ModelRegistered
from promotion.core.gates import AnyGate, Gate
from promotion.core.names import deployment_name, promotion_id
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.route import Route
from promotion.core.policy.stage import Batch, Online, SmokeTest, Stage
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.core.value import Value
from promotion.core.verdict import Mode
from promotion.core.waits import AnyWait


class Timing(Value):
    """How often Azure is asked about something that takes long, and how often a step is retried."""

    poll_first: float = 10.0
    """Seconds until the first look."""
    poll_growth: float = 1.5
    """By how much each pause is longer than the one before."""
    poll_longest: float = 300.0
    """Seconds of the longest pause."""
    retry_first: float = 5.0
    """Seconds until a failed step is tried again; doubles each time."""
    retry_longest: float = 300.0
    """Seconds of the longest pause between two tries."""
    retry_attempts: int = 10
    """Tries in all, the first among them: about 20 minutes with the values above."""
    copy_limit: float = 7200.0
    """Seconds after which a copy to the registry counts as failed; Azure gives it an hour."""
    undo_limit: float = 3600.0
    """Seconds after which an attempt to take a rollout back counts as failed."""

    hold_limit: float = 86400.0
    """Seconds that a version may wait for evidence, where a gate says ``inconclusive: hold``."""

    def pause_after(self, pause: float) -> float:
        """Seconds of the pause that follows one of ``pause`` seconds."""
        return min(pause * self.poll_growth, self.poll_longest)


class SmokeTestPlan(Value):
    """A request to the new deployment, with the answer it must give."""

    request: str
    response: str | None = None
    tolerance: float = 0.0
    timeout: float
    """Seconds."""


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
    time_limit: timedelta


class EndpointPlan(StagePlan):
    """A stage with an endpoint, described by the team's files."""

    target: Target
    endpoint_yaml: str
    deployment_yaml: str
    deployment_path: str
    """Where the deployment file stands, relative to the policy: its own paths begin there."""


class CanaryPlan(Value):
    """Steps in which a deployment gets the traffic."""

    steps: tuple[int, ...]
    """Percent; the last step, to all of it, is not among them."""
    every: timedelta


class OnlinePlan(EndpointPlan):
    """Deploy beside what serves now, ask, and give it the traffic."""

    way: Literal["online"]
    smoke_test: SmokeTestPlan | None = None
    canary: CanaryPlan | None = None
    """Without it all traffic at once."""
    on_failure: Literal["remove", "keep"] = "remove"
    keep_previous: timedelta


class BatchPlan(EndpointPlan):
    """Deploy on a batch endpoint, and make it the default."""

    way: Literal["batch"]
    keep_previous: timedelta


class RegisterPlan(StagePlan):
    """Register the version in the workspace."""

    way: Literal["register"]
    tags: dict[str, str] = {}


AnyStagePlan = Annotated[OnlinePlan | BatchPlan | RegisterPlan, Field(discriminator="way")]


class Plan(Value):
    """Everything that a promotion needs to know; a later edit of the policy does not change it."""

    route: str
    model: ModelVersion
    source: WorkspaceRef
    source_name: str
    """What the policy calls the source workspace."""
    registry: str
    hosts: tuple[str, ...] = ()
    """Whom http gates may ask."""
    gates: tuple[AnyGate, ...] = ()
    stages: tuple[AnyStagePlan, ...] = ()
    policy_digest: str
    timing: Timing = Timing()

    @property
    def all_gates(self) -> tuple[Gate, ...]:
        """The gates of the route and of its stages."""
        return (*self.gates, *(gate for stage in self.stages for gate in stage.gates))

    def only(self, stage: StagePlan) -> "Plan":
        """As much of the plan as ``stage`` needs: messages between orchestrations are limited."""
        asked = {gate.champion_of for gate in stage.gates}
        kept = tuple(one for one in self.stages if one.name == stage.name or one.name in asked)
        return self.model_copy(update={"stages": kept, "gates": ()})

    def targets_of_champions(self, gates: Iterable[Gate]) -> dict[str, Target]:
        """By stage, where to look for the champions that ``gates`` ask about."""
        asked = {gate.champion_of for gate in gates if gate.mode is not Mode.OFF}
        return {
            stage.name: stage.target
            for stage in self.stages
            if stage.name in asked and isinstance(stage, OnlinePlan)
        }

    @staticmethod
    def needs_size(gates: Iterable[Gate]) -> bool:
        """Whether one of ``gates`` asks for the size of the model."""
        return any(gate.needs_size for gate in gates if gate.mode is not Mode.OFF)


class Context(Value):
    """Which promotion something belongs to: it stands in every order and every audit record."""

    promotion_id: str
    route: str
    model: ModelVersion
    source: str
    """What the policy calls the source workspace."""
    actor: str
    stage: str | None = None


class Promotion(Value):
    """One candidate moving along one route."""

    id: str
    plan: Plan
    actor: str
    """Who or what asked for it: ``event-grid``, or a person."""
    event_id: str | None = None

    @property
    def context(self) -> Context:
        """The promotion as its orders and records name it."""
        return Context(
            promotion_id=self.id,
            route=self.plan.route,
            model=self.plan.model,
            source=self.plan.source_name,
            actor=self.actor,
        )


def plan_promotion(
    document: PolicyDocument,
    route_name: str,
    registered: ModelRegistered,
    timing: Timing,
    actor: str = "event-grid",
) -> Promotion:
    """The promotion that a registration means on the route of that name, which wants it."""
    policy = document.policy
    route, model = policy.routes[route_name], registered.model
    source_name = policy.source_of(route, registered.workspace_id) or route.sources[0]
    source = policy.workspaces[source_name]
    # Without a choice there is one stage whose champion a gate of the route can mean.
    only = route.stages[0].name if len(route.stages) == 1 else None
    return Promotion(
        id=promotion_id(route_name, model, source),
        actor=actor,
        event_id=registered.event_id,
        plan=Plan(
            route=route_name,
            model=model,
            source=source,
            source_name=source_name,
            registry=policy.registry,
            hosts=policy.hosts,
            gates=tuple(gate.at(only) for gate in route.gates),
            stages=tuple(_stages(document, route, model)),
            policy_digest=document.digest,
            timing=timing,
        ),
    )


def _stages(
    document: PolicyDocument, route: Route, model: ModelVersion
) -> Iterator[OnlinePlan | BatchPlan | RegisterPlan]:
    before: tuple[str, ...] = ()
    for stage in route.stages:
        common = {
            "name": stage.name,
            "workspace": document.policy.workspaces[stage.workspace],
            "needs": before if stage.needs is None else stage.needs,
            "gates": tuple(gate.at(stage.name) for gate in stage.questions),
            "waits": stage.waits,
            "time_limit": stage.time_limit,
        }
        if stage.online is not None:
            test = stage.online.smoke_test
            yield OnlinePlan(
                way="online",
                **common,
                **_endpoint(document, stage, stage.online, model),
                smoke_test=test and _smoke_test(document, test),
                canary=stage.online.canary and CanaryPlan(**dict(stage.online.canary)),
                on_failure=stage.online.on_failure,
            )
        elif stage.batch is not None:
            yield BatchPlan(way="batch", **common, **_endpoint(document, stage, stage.batch, model))
        else:
            tags = stage.register_.tags if stage.register_ else {}
            yield RegisterPlan(way="register", **common, tags=tags)
        before = (stage.name,)


def _endpoint(
    document: PolicyDocument, stage: Stage, way: Online | Batch, model: ModelVersion
) -> dict[str, Any]:
    return {
        "target": Target(
            workspace=document.policy.workspaces[stage.workspace],
            endpoint=document.endpoints[way.endpoint],
            deployment=deployment_name(model),
        ),
        "endpoint_yaml": document.files[way.endpoint],
        "deployment_yaml": document.files[way.deployment],
        "deployment_path": way.deployment,
        "keep_previous": stage.keep_previous,
    }


def _smoke_test(document: PolicyDocument, test: SmokeTest) -> SmokeTestPlan:
    return SmokeTestPlan(
        request=document.files[test.request],
        response=document.files[test.response] if test.response is not None else None,
        tolerance=test.tolerance,
        timeout=test.timeout.total_seconds(),
    )
