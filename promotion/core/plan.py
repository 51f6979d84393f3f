"""What a policy means for one model version: the data that travels with its promotion."""

from collections.abc import Iterable

from promotion.core.context import Context
from promotion.core.gates import AnyGate, Gate
from promotion.core.notices.audience import Audience
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.core.timing import Timing
from promotion.core.value import Value
from promotion.core.verdict import Mode
from promotion.core.waits.soak import SoakWait
from promotion.core.ways import AnyStagePlan
from promotion.core.ways.base import EndpointPlan, StagePlan, Target


class Plan(Value):
    """Everything that a promotion needs to know; a later edit of the policy does not change it."""

    route: str
    model: ModelVersion
    source: WorkspaceRef
    source_name: str
    """What the policy calls the source workspace."""
    registry: str
    hosts: tuple[str, ...] = ()
    """Whom the service may ask: http gates and checks."""
    gates: tuple[AnyGate, ...] = ()
    stages: tuple[AnyStagePlan, ...] = ()
    policy_digest: str
    timing: Timing = Timing()
    audience: Audience = Audience()
    """Who is told what becomes of it."""

    @property
    def all_gates(self) -> tuple[Gate, ...]:
        """The gates of the route and of its stages."""
        return (*self.gates, *(gate for stage in self.stages for gate in stage.gates))

    def only(self, stage: StagePlan) -> "Plan":
        """As much of the plan as ``stage`` needs: messages between orchestrations are limited."""
        asked = {gate.champion_of for gate in stage.gates}
        asked |= {wait.stage for wait in stage.waits if isinstance(wait, SoakWait)}
        kept = tuple(one for one in self.stages if one.name == stage.name or one.name in asked)
        return self.model_copy(update={"stages": kept, "gates": ()})

    def targets_of_champions(self, gates: Iterable[Gate]) -> dict[str, Target]:
        """By stage, where to look for the champions that ``gates`` ask about."""
        asked = {gate.champion_of for gate in gates if gate.mode is not Mode.OFF}
        return {
            stage.name: stage.target
            for stage in self.stages
            if stage.name in asked and isinstance(stage, EndpointPlan)
        }

    @staticmethod
    def needs_size(gates: Iterable[Gate]) -> bool:
        """Whether one of ``gates`` asks for the size of the model."""
        return any(gate.needs_size for gate in gates if gate.mode is not Mode.OFF)


class Promotion(Value):
    """One candidate moving along one route."""

    id: str
    plan: Plan
    actor: str
    """Who or what asked for it: ``event-grid``, or a person."""
    actor_also: tuple[str, ...] = ()
    """Other user names of that person, and the object id."""
    event_id: str | None = None
    reason: str | None = None
    """Why a person asked for it; None when a registration did."""
    through: str | None = None
    """The last stage, where this person named one: the plan has no stage that comes after it."""
    bypassed: tuple[str, ...] = ()
    """Gates that this person left out, by their label; the plan has them switched off."""

    @property
    def context(self) -> Context:
        """The promotion as its orders and records name it."""
        return Context(
            promotion_id=self.id,
            route=self.plan.route,
            model=self.plan.model,
            source=self.plan.source_name,
            actor=self.actor,
            bypassed=self.bypassed,
        )
