"""What a policy means for one model version: the data that travels with its promotion."""

from datetime import timedelta

from promotion.core.events import ModelRegistered
from promotion.core.gates import AnyGate
from promotion.core.names import deployment_name, promotion_id
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.models import Stage
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.core.value import Value


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
    """Name of the online endpoint."""
    deployment: str
    """Name of the deployment that will serve this version."""


class StagePlan(Value):
    """One target and what to do there."""

    name: str
    target: Target
    endpoint_yaml: str
    deployment_yaml: str
    deployment_path: str
    """Where the deployment file stands, relative to the policy: its own paths begin there."""
    smoke_test: SmokeTestPlan | None = None
    keep_previous: timedelta
    time_limit: timedelta


class Plan(Value):
    """Everything that a promotion needs to know; a later edit of the policy does not change it."""

    route: str
    model: ModelVersion
    source: WorkspaceRef
    source_name: str
    """What the policy calls the source workspace."""
    registry: str
    gates: tuple[AnyGate, ...] = ()
    stages: tuple[StagePlan, ...] = ()
    policy_digest: str
    timing: Timing = Timing()


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
    document: PolicyDocument, route_name: str, event: ModelRegistered, timing: Timing
) -> Promotion:
    """The promotion that ``event`` means on the route of that name."""
    route = document.policy.routes[route_name]
    source = document.policy.workspaces[route.source]
    return Promotion(
        id=promotion_id(route_name, event.model, source),
        actor="event-grid",
        event_id=event.event_id,
        plan=Plan(
            route=route_name,
            model=event.model,
            source=source,
            source_name=route.source,
            registry=document.policy.registry,
            gates=route.gates,
            stages=tuple(_stage(document, stage, event.model) for stage in route.stages),
            policy_digest=document.digest,
            timing=timing,
        ),
    )


def _stage(document: PolicyDocument, stage: Stage, model: ModelVersion) -> StagePlan:
    online, files = stage.online, document.files
    test = online.smoke_test
    return StagePlan(
        name=stage.name,
        target=Target(
            workspace=document.policy.workspaces[stage.workspace],
            endpoint=document.endpoints[online.endpoint],
            deployment=deployment_name(model),
        ),
        endpoint_yaml=files[online.endpoint],
        deployment_yaml=files[online.deployment],
        deployment_path=online.deployment,
        smoke_test=test
        and SmokeTestPlan(
            request=files[test.request],
            response=files[test.response] if test.response is not None else None,
            tolerance=test.tolerance,
            timeout=test.timeout.total_seconds(),
        ),
        keep_previous=stage.keep_previous,
        time_limit=stage.time_limit,
    )
