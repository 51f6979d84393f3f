"""What a policy would do with a model version, route by route: a promotion without its deeds."""

from promotion.core.candidate import Candidate
from promotion.core.events import ModelRegistered
from promotion.core.gates import judge
from promotion.core.plan import Plan, Timing, plan_promotion
from promotion.core.policy.document import PolicyDocument
from promotion.core.value import Value
from promotion.core.verdict import Judgement


class RoutePreview(Value):
    """What one route would do with the version."""

    route: str
    unwanted: str | None = None
    """Why the route does not want it; then there is nothing else."""
    promotion_id: str | None = None
    judgement: Judgement = Judgement()
    plan: Plan | None = None

    @property
    def promotes(self) -> bool:
        """Whether the version would be copied and deployed."""
        return self.unwanted is None and self.judgement.passed


def preview(document: PolicyDocument, candidate: Candidate) -> tuple[RoutePreview, ...]:
    """Every route of the policy, the ones that do not want the version included. Pure."""
    return tuple(_route(document, name, candidate) for name in document.policy.routes)


def _route(document: PolicyDocument, name: str, candidate: Candidate) -> RoutePreview:
    policy, route = document.policy, document.policy.routes[name]
    source = policy.workspaces[route.source]
    if not source.is_same(candidate.source.arm_id):
        reason = f"it takes models from {route.source} ({source.name})"
        return RoutePreview(route=name, unwanted=reason)
    if not route.wants(candidate.model.name):
        reason = f"it takes models called {' or '.join(route.models)}"
        return RoutePreview(route=name, unwanted=reason)
    event = ModelRegistered(event_id="preview", workspace_id=source.arm_id, model=candidate.model)
    promotion = plan_promotion(document, name, event, Timing())
    return RoutePreview(
        route=name,
        promotion_id=promotion.id,
        judgement=judge(candidate, route.gates),
        plan=promotion.plan,
    )
