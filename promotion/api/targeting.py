"""GET /targets: what serves where, and what is held."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from promotion.api.engine import Engine
from promotion.api.exchange import Asked, Reply, answer
from promotion.api.looking import Look, look_at
from promotion.api.places import HoldState, Targets
from promotion.api.placing import Known, target_state
from promotion.api.policy import in_force
from promotion.api.problems import FieldAtFault, Refusal
from promotion.api.requests import TargetFilters
from promotion.api.whose import promotions_of
from promotion.core.holding import EVERYTHING, Guard
from promotion.core.operating import ANY, routes_of
from promotion.core.planning import plan_stages
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.mistakes import did_you_mean
from promotion.core.ways import AnyStagePlan
from promotion.core.ways.base import EndpointPlan


@dataclass(frozen=True)
class _At:
    """A stage, and where it is."""

    route: str
    workspace: str
    plan: AnyStagePlan

    @property
    def guard(self) -> str:
        return self.plan.guarded(self.route)


async def list_targets(asked: Asked, engine: Engine, look: Look | None = None) -> Reply:
    """Every stage of the policy in force, or of one route. ``look`` is how endpoints are asked."""
    filters = asked.request.filters(TargetFilters)
    document, _ = await asyncio.to_thread(in_force)
    places = list(_stages(document, filters.route))
    endpoints = [at.plan for at in places if isinstance(at.plan, EndpointPlan)]
    guards, seen = await asyncio.gather(
        _guards(engine, {EVERYTHING, *(at.guard for at in places)}), look_at(endpoints, look)
    )
    delivering = await _promotions(engine, guards.values())
    known = Known(routes_of(document.policy), seen, delivering)
    targets = [
        target_state(at.route, at.workspace, at.plan, guards[at.guard], known) for at in places
    ]
    everywhere = guards[EVERYTHING].hold
    held = HoldState(**dict(everywhere)) if everywhere else None
    return answer(Targets(hold=held, targets=targets))


def _stages(document: PolicyDocument, only: str | None) -> Iterator[_At]:
    routes = document.policy.routes
    if only is not None and only not in routes:
        detail = f"the policy has no route {only!r}{did_you_mean(only, routes)}"
        errors = [FieldAtFault(field="route", detail=detail)]
        said = f"The query cannot be used: route: {detail}."
        raise Refusal(422, said, code="Invalid", errors=errors)
    for name in routes if only is None else (only,):
        plans = plan_stages(document, routes[name], ANY)
        for stage, plan in zip(routes[name].stages, plans, strict=True):
            yield _At(name, stage.workspace, plan)


async def _guards(engine: Engine, names: set[str]) -> dict[str, Guard]:
    kept = await asyncio.gather(*(engine.kept("guard", name) for name in names))
    return {name: Guard.model_validate(one) for name, one in zip(names, kept, strict=True)}


async def _promotions(engine: Engine, guards: Iterable[Guard]) -> dict[str, str]:
    """By durable id of a stage that delivers, the promotion that it belongs to."""
    return await promotions_of(engine, {one for guard in guards for one in guard.delivering})
