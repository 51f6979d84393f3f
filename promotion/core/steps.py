"""Orders and receipts: what an activity is asked to do, and what it did.

Each activity finds its own earlier work and returns the same receipt, so an order may be given
any number of times. A receipt that is not ``settled`` says that Azure is still at work: give the
same order again a little later.
"""

from datetime import datetime, timedelta
from typing import ClassVar

from promotion.core.candidate import Candidate
from promotion.core.errors import Failure
from promotion.core.gates import AnyGate
from promotion.core.plan import (
    AnyStagePlan,
    Context,
    OnlinePlan,
    Plan,
    SmokeTestPlan,
    Target,
    Timing,
)
from promotion.core.references import WorkspaceRef
from promotion.core.status import Status
from promotion.core.value import Value
from promotion.core.verdict import Judgement
from promotion.core.waits.decision import Origin

FAILED = "failed"
"""The one key of an activity's reply that is a Failure instead of a receipt."""


class Order(Value):
    """What every order has."""

    activity: ClassVar[str]
    """Name of the activity that carries it out."""

    context: Context


class Receipt(Value):
    """What every receipt has."""

    settled: bool = True
    """Whether this is done; if not, Azure is still at work on it."""
    note: str | None = None
    """What it waits for, in Azure's own words if there are any."""


class EvidenceOrder(Order):
    """Read everything that gates may ask about."""

    activity = "gather_evidence"

    source: WorkspaceRef
    champions: dict[str, Target] = {}
    """By stage, where to look for what serves there now."""
    with_size: bool = False
    """Whether a gate asks for the size of the model."""


class EvidenceReceipt(Receipt):
    """What was found."""

    candidate: Candidate


class JudgementOrder(Order):
    """Ask every gate about the candidate."""

    activity = "evaluate_gates"

    candidate: Candidate
    gates: tuple[AnyGate, ...] = ()
    hosts: tuple[str, ...] = ()
    """Whom http gates may ask."""


class JudgementReceipt(Receipt):
    """What the gates answered."""

    judgement: Judgement
    candidate: Candidate
    """As it was judged: with what the asked services said."""


class CopyOrder(Order):
    """Bring exactly this version into the registry."""

    activity = "copy_to_registry"

    source: WorkspaceRef
    registry: str
    started_at: datetime
    operation: str | None = None
    """The import under way, as the previous receipt named it."""


class CopyReceipt(Receipt):
    """Whether the registry has the version."""

    asset_id: str | None = None
    """The copy, once it is there."""
    operation: str | None = None
    """The import under way."""


class TargetOrder(Order):
    """What every order at a target has."""

    target: Target


class EndpointOrder(TargetOrder):
    """Make sure that the endpoint exists."""

    activity = "ensure_endpoint"

    yaml: str
    """The team's file, for an endpoint that does not."""


class EndpointReceipt(Receipt):
    """The endpoint as it is."""

    traffic: dict[str, int] = {}
    """Weights that are not zero, by deployment."""
    serving: dict[str, str] = {}
    """Versions of the same model among them, by deployment, as their tags say."""


class DeployOrder(TargetOrder):
    """Create the deployment of this version beside the live one."""

    activity = "create_deployment"

    yaml: str
    """The team's file."""
    path: str
    """Where it stands, relative to the policy."""
    asset_id: str


class LookOrder(TargetOrder):
    """Look how far the deployment is."""

    activity = "look_at_deployment"

    started_at: datetime


class LookReceipt(Receipt):
    """How the deployment is; ``failure`` when Azure could not make it."""

    state: str
    failure: Failure | None = None


class SmokeTestOrder(TargetOrder):
    """Ask the new deployment alone."""

    activity = "smoke_test"

    test: SmokeTestPlan
    share: int = 0
    """Percent of the traffic that the deployment has while it is asked."""


class SmokeTestReceipt(Receipt):
    """Whether the answer was right; ``failure`` when it was not."""

    latency_ms: float
    failure: Failure | None = None


class TrafficOrder(TargetOrder):
    """Distribute the traffic as ``wanted``, if it is still distributed as expected."""

    activity = "shift_traffic"

    expected: dict[str, int]
    wanted: dict[str, int]
    started_at: datetime
    written: bool = False
    """Whether an earlier step has written the weights already, as its receipt said."""


class TrafficReceipt(Receipt):
    """The weights that the endpoint has, read back after they were written."""

    traffic: dict[str, int] = {}
    written: bool = False


class UndoOrder(TargetOrder):
    """Give the traffic back and remove the new deployment."""

    activity = "undo"

    restore: dict[str, int]
    """Weights before the rollout."""
    ours: tuple[dict[str, int], ...] = ()
    """Every distribution that this rollout may have written."""
    keep: bool = False
    """Leave the deployment, without traffic, to be looked at."""
    shifted: bool = False
    """Whether the new deployment is known to have had traffic."""
    told: bool = False
    """Whether the record says already that the traffic is back."""


class UndoReceipt(Receipt):
    """Traffic and deployments are as before; ``told`` as in the order."""

    told: bool = False


class RetireOrder(TargetOrder):
    """Remove a deployment that served before, if it still has no traffic."""

    activity = "retire_deployment"

    previous: str


class RetireReceipt(Receipt):
    """It is gone, or ``kept`` says why it stays."""

    kept: str | None = None


class RecordOrder(Order):
    """Write one fact into the audit trail."""

    activity = "record"

    name: str
    failure: Failure | None = None
    duration: timedelta | None = None
    details: dict[str, str] = {}


class StageOrder(Value):
    """Bring the version to one stage: the input of the orchestrator ``stage``."""

    context: Context
    plan: Plan
    """Of the promotion, with this stage and those whose champions its gates ask about."""
    asset_id: str
    origin: Origin
    judgement: Judgement = Judgement()
    """What was answered about the version so far: who approves wants to know."""
    served: dict[str, datetime] = {}
    """Since when the version serves at earlier stages."""

    @property
    def stage(self) -> AnyStagePlan:
        """The stage that it is about."""
        return next(stage for stage in self.plan.stages if stage.name == self.context.stage)


class RolloutOrder(Value):
    """Bring the version into service at a stage: the input of the orchestrator ``rollout``."""

    context: Context
    stage: OnlinePlan
    asset_id: str
    timing: Timing


class RolloutResult(Value):
    """How a stage ended: the output of ``rollout``."""

    stage: str
    status: Status
    """succeeded, rejected, superseded, cancelled, rolled_back or failed."""
    failure: Failure | None = None
    replaced: tuple[str, ...] = ()
    """Deployments that served before and have no traffic now."""


class StageResult(RolloutResult):
    """How a stage ended, with what came before the rollout: the output of ``stage``."""

    since: datetime | None = None
    """Since when the version serves there."""
    judgement: Judgement = Judgement()
    candidate: Candidate | None = None
    """What the gates of the stage saw."""


class RetirementOrder(Value):
    """Remove what a rollout replaced, after a while: the input of the orchestrator ``retire``."""

    context: Context
    stage: OnlinePlan
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
