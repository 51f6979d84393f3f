"""Orders about a place of delivery, on behalf of an operator."""

from datetime import datetime

from pydantic import Field

from promotion.core.context import Context
from promotion.core.errors import Failure
from promotion.core.going_back import Route, Scene, Way
from promotion.core.holding import Hold
from promotion.core.notices.audience import Audience
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.core.status import Status
from promotion.core.steps.base import Receipt, Task
from promotion.core.timing import Timing
from promotion.core.value import Value
from promotion.core.ways import AnyEndpointPlan
from promotion.core.ways.base import Target


class Place(Value):
    """What is held, let go or rolled back."""

    guard: str
    """The name of its guard."""
    route: str | None = None
    stage: str | None = None
    resource: str | None = None
    """Azure Resource Manager id of its endpoint, which is tagged; None where there is none."""


class Request(Value):
    """What an operator asks for: the input of ``hold``, ``resume`` and ``roll_back``."""

    by: str = Field(min_length=1, max_length=2_000)
    reason: str = Field(min_length=1, max_length=2_000)
    route: str | None = None
    """None, with ``stage``, is everything: that is how a line is stopped."""
    stage: str | None = None
    version: str | None = None
    """For a rollback: None is the version that served before."""


class Operation(Value):
    """What that means by the policy in force."""

    place: Place
    by: str
    reason: str
    timing: Timing = Timing()


class OperationResult(Value):
    """How a hold, or its end, ended: the output of ``hold`` and ``resume``."""

    status: Status
    """succeeded or failed."""
    failure: Failure | None = None
    before: Hold | None = None
    """The hold that was in force until then."""


class HoldPlanOrder(Task):
    """Find out what a hold, or its end, concerns."""

    activity = "plan_hold"

    request: Request


class HoldPlanReceipt(Receipt):
    """What it concerns."""

    operation: Operation


class RollbackPlanOrder(Task):
    """Find out what a rollback concerns."""

    activity = "plan_rollback"

    request: Request
    id: str
    """Of the rollback."""


class RollbackPlanReceipt(Receipt):
    """What it concerns."""

    rollback: "Rollback"


class MarkOrder(Task):
    """Say on the endpoint, and in the audit trail, that it is held or let go."""

    activity = "mark_hold"

    place: Place
    held: bool
    by: str
    reason: str
    at: datetime


class SceneOrder(Task):
    """Look what an endpoint serves, and what it could."""

    activity = "look_at_scene"

    target: Target
    batch: bool = False
    """Whether it is a batch endpoint, whose default has all the traffic."""


class SceneReceipt(Receipt):
    """As it was found."""

    scene: Scene


class Rollback(Operation):
    """What bringing an earlier version back means by the policy in force."""

    id: str
    """Names this rollback in records, and in the tags of what it makes."""
    about: Route
    sources: dict[str, WorkspaceRef]
    """The workspaces of the route: from one of them comes what its files name."""
    stage: AnyEndpointPlan
    """As it is for any version: the deployment is named when the version is known."""
    version: str | None = None
    """None is the version that served before."""
    audience: Audience = Audience()
    """Who is told of it."""


class RollbackResult(Value):
    """How a rollback ended: the output of ``roll_back``."""

    status: Status
    """succeeded, rolled_back (what serves was put back, see ``failure``) or failed."""
    failure: Failure | None = None
    serves: str | None = None
    """The deployment that serves now."""
    taken_back: tuple[str, ...] = ()
    """Stages that were delivering, and were told to take it back."""


class RollbackRecordOrder(Task):
    """Write down that somebody rolled back."""

    activity = "record_rollback"

    rollback: Rollback
    scene: Scene
    """What served until then."""
    way: Way
    """What serves now."""
    at: datetime

    @property
    def is_ours(self) -> bool:
        """Whether it is known for certain which version of the route's went out of service."""
        before = self.scene.standing.get(self.scene.serving or "")
        if before is None or before.model is None or before.promotion_id is None:
            return False
        ours = self.rollback.about.models.why_not(before.model.name) is None
        return ours and before.source in self.rollback.sources

    @property
    def gone(self) -> Context:
        """The promotion whose version went out of service; the rollback itself where none did."""
        return serving(self.rollback, self.scene)


def serving(rollback: Rollback, scene: Scene) -> Context:
    """The promotion whose version serves; the rollback itself where it is not known."""
    name = scene.serving or "unknown"
    before = scene.standing.get(name)
    return Context(
        promotion_id=(before and before.promotion_id) or rollback.id,
        route=rollback.about.name,
        model=(before and before.model) or ModelVersion(name=name, version="unknown"),
        source=(before and before.source) or next(iter(rollback.sources)),
        actor=rollback.by,
        stage=rollback.stage.name,
    )
