"""What goes into an orchestration and what comes out of it."""

from datetime import datetime

from promotion.core.candidate import Candidate
from promotion.core.context import Context
from promotion.core.errors import Failure
from promotion.core.plan import Plan
from promotion.core.status import Status
from promotion.core.timing import Timing
from promotion.core.value import Value
from promotion.core.verdict import Judgement
from promotion.core.waits.decision import Origin
from promotion.core.ways import AnyEndpointPlan, AnyStagePlan


class StageOrder(Value):
    """Bring the version to one stage: the input of the orchestrator ``stage``."""

    context: Context
    plan: Plan
    """Of the promotion, with this stage and those whose champions its gates ask about."""
    asset_id: str
    origin: Origin
    candidate: Candidate | None = None
    """What the gates of the route saw."""
    judgement: Judgement = Judgement()
    """What was answered about the version so far: who approves wants to know."""
    served: dict[str, datetime] = {}
    """Since when the version serves at earlier stages."""

    @property
    def stage(self) -> AnyStagePlan:
        """The stage that it is about."""
        return next(stage for stage in self.plan.stages if stage.name == self.context.stage)

    def other(self, name: str) -> AnyStagePlan | None:
        """An earlier stage, if it matters to this one."""
        return next((stage for stage in self.plan.stages if stage.name == name), None)


class DeliveryOrder(Value):
    """Bring the version into use at a stage: the input of the orchestrator ``deliver``."""

    context: Context
    stage: AnyStagePlan
    asset_id: str
    timing: Timing
    force: bool = False
    """Whether it may replace a newer version: somebody wants it so."""
    ask: bool = True
    """Whether it must pass its verification."""
    candidate: Candidate | None = None
    """What the gates saw last: checks may ask about it."""
    retirement: str | None = None
    """Durable id of the retirement that is to remove what is replaced, once it was kept."""


class DeliveryResult(Value):
    """How a delivery ended: the output of ``deliver``."""

    stage: str
    status: Status
    """succeeded, rejected, superseded, cancelled, rolled_back or failed."""
    failure: Failure | None = None
    replaced: tuple[str, ...] = ()
    """Deployments that served before and do not now."""


class StageResult(DeliveryResult):
    """How a stage ended, with what came before the delivery: the output of ``stage``."""

    since: datetime | None = None
    """Since when the version serves there."""
    judgement: Judgement = Judgement()
    candidate: Candidate | None = None
    """What the gates of the stage saw."""


class RetirementOrder(Value):
    """Remove what a delivery replaced, after a while: the input of the orchestrator ``retire``."""

    context: Context
    stage: AnyEndpointPlan
    replaced: tuple[str, ...]
    timing: Timing


class PromotionResult(Value):
    """How a promotion ended: the output of ``promote``."""

    status: Status
    failure: Failure | None = None
    judgement: Judgement = Judgement()
    """On all gates that were asked, those of stages among them."""
    candidate: Candidate | None = None
    """What the last gates saw, so that their verdicts can be explained a year later."""
    asset_id: str | None = None
    """The copy in the registry."""
    stages: tuple[StageResult, ...] = ()
