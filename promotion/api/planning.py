"""What a submission means by the policy in force."""

from promotion.api.policy import in_force
from promotion.api.problems import FieldAtFault, Refusal
from promotion.api.requests import Submission, Wish
from promotion.core.events import ModelRegistered
from promotion.core.gates import Gate
from promotion.core.plan import Plan, Promotion
from promotion.core.planning import plan_promotion
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.mistakes import did_you_mean
from promotion.core.policy.models import Policy
from promotion.core.references import ModelVersion
from promotion.core.verdict import Mode
from promotion.settings import read_settings


def plan_of(body: Submission, actor: str) -> Promotion:
    """The promotion that ``body`` asks for, on behalf of ``actor``. Raises Refusal (422)."""
    document, timing = in_force()
    route = _route(document, body)
    told = _registration(document, route, body)
    publish = read_settings().topic is not None
    planned = plan_promotion(document, route, told, timing, actor, publish=publish)
    promotion = as_wished(planned, body)
    return promotion.model_copy(update={"reason": body.reason})


def as_wished(promotion: Promotion, body: Wish) -> Promotion:
    """With as many stages, and without the gates, as ``body`` says. Raises Refusal (422)."""
    plan = promotion.plan if body.through is None else _through(promotion.plan, body.through)
    bypassed = tuple(dict.fromkeys(body.bypass))
    news = {"plan": _without(plan, bypassed), "through": body.through, "bypassed": bypassed}
    return promotion.model_copy(update=news)


def must_be_known(policy: Policy, body: Wish) -> None:
    """Raises Refusal (422) when the policy has no such workspace or route."""
    if body.workspace is not None and body.workspace not in policy.workspaces:
        near = did_you_mean(body.workspace, policy.workspaces)
        raise wrong("workspace", f"the policy has no workspace {body.workspace!r}{near}")
    if body.route is not None and body.route not in policy.routes:
        near = did_you_mean(body.route, policy.routes)
        raise wrong("route", f"the policy has no route {body.route!r}{near}")


def _route(document: PolicyDocument, body: Submission) -> str:
    routes = document.policy.routes
    must_be_known(document.policy, body)
    if body.route is not None:
        if why := unwanted(document.policy, body.route, body):
            raise wrong("route", f"the route {body.route} does not want it: {why}")
        return body.route
    wanted = [name for name in routes if unwanted(document.policy, name, body) is None]
    if len(wanted) != 1:
        many = f"it may go along {', '.join(wanted)}; name one" if wanted else "no route wants it"
        raise wrong("route", many)
    return wanted[0]


def unwanted(policy: Policy, name: str, body: Wish) -> str | None:
    """Why the route does not take the model; ``when`` is about events, and not asked."""
    route = policy.routes[name]
    source = body.workspace or route.sources[0]
    ref = policy.workspaces[source]
    told = _told(ref.arm_id, body)
    always = route.model_copy(update={"when": None})
    return always.unwanted(told, policy.source_of(route, ref.arm_id))


def _registration(document: PolicyDocument, route: str, body: Submission) -> ModelRegistered:
    policy = document.policy
    source = body.workspace or policy.routes[route].sources[0]
    return _told(policy.workspaces[source].arm_id, body)


def _told(workspace_id: str, body: Wish) -> ModelRegistered:
    model = ModelVersion(name=body.model, version=body.version)
    return ModelRegistered(event_id="request", workspace_id=workspace_id, model=model)


def _through(plan: Plan, last: str) -> Plan:
    """The plan with that stage and those that it needs, and no other."""
    stages = {stage.name: stage for stage in plan.stages}
    if last not in stages:
        near = did_you_mean(last, stages)
        raise wrong("through", f"the route {plan.route} has no stage {last!r}{near}")
    kept, open_ = set[str](), [last]
    while open_:
        name = open_.pop()
        if name not in kept:
            kept.add(name)
            open_.extend(stages[name].needs)
    return plan.model_copy(update={"stages": tuple(s for s in plan.stages if s.name in kept)})


def _without(plan: Plan, bypassed: tuple[str, ...]) -> Plan:
    """The plan with those gates switched off, wherever they are asked; never a wait."""
    labels = {gate.label for gate in plan.all_gates}
    for label in bypassed:
        if label not in labels:
            near = did_you_mean(label, labels)
            raise wrong("bypass", f"the route {plan.route} has no gate {label!r}{near}")

    def kept(gates: tuple[Gate, ...]) -> tuple[Gate, ...]:
        off = {"mode": Mode.OFF}
        return tuple(g.model_copy(update=off) if g.label in bypassed else g for g in gates)

    stages = tuple(s.model_copy(update={"gates": kept(s.gates)}) for s in plan.stages)
    return plan.model_copy(update={"gates": kept(plan.gates), "stages": stages})


def wrong(field: str, detail: str) -> Refusal:
    """That field of a wish is at fault."""
    errors = [FieldAtFault(field=field, detail=detail)]
    return Refusal(422, f"It cannot be promoted: {field}: {detail}.", code="Invalid", errors=errors)
