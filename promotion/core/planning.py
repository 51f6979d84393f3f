"""Makes the plan of a promotion from the policy in force. Pure."""

from collections.abc import Iterator

from promotion.core.events import ModelRegistered
from promotion.core.names import promotion_id
from promotion.core.notices.audience import Audience
from promotion.core.plan import Plan, Promotion
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.route import Route
from promotion.core.policy.ways.base import Given
from promotion.core.references import ModelVersion
from promotion.core.timing import Timing
from promotion.core.ways import AnyStagePlan


def plan_promotion(
    document: PolicyDocument,
    route_name: str,
    registered: ModelRegistered,
    timing: Timing,
    actor: str = "event-grid",
    *,
    publish: bool = False,
) -> Promotion:
    """The promotion that a registration means on the route of that name, which wants it.

    ``publish`` is whether its outcome becomes an event for other systems.
    """
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
            stages=tuple(plan_stages(document, route, model)),
            policy_digest=document.digest,
            timing=timing,
            audience=audience_of(route, publish=publish),
        ),
    )


def audience_of(route: Route, *, publish: bool) -> Audience:
    """Who is told what becomes of versions on ``route``."""
    return Audience(webhooks=route.notify, publish=publish, write_back=route.write_back)


def plan_stages(
    document: PolicyDocument, route: Route, model: ModelVersion
) -> Iterator[AnyStagePlan]:
    """What the stages of ``route`` mean for ``model``, in order."""
    before: tuple[str, ...] = ()
    for stage in route.stages:
        given = Given(
            name=stage.name,
            workspace=document.policy.workspaces[stage.workspace],
            needs=before if stage.needs is None else stage.needs,
            gates=tuple(gate.at(stage.name) for gate in stage.questions),
            waits=stage.waits,
            keep_previous=stage.keep_previous,
            time_limit=stage.time_limit,
        )
        yield stage.way.plan(document, model, given)
        before = (stage.name,)
