"""One stage as GET /targets tells it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from promotion.api.looking import Seen, key_of
from promotion.api.places import HoldState, Previous, Serving, TargetState
from promotion.core.errors import Failure, Terminal
from promotion.core.going_back import Route, Scene, way_back
from promotion.core.holding import Guard
from promotion.core.ways import AnyStagePlan
from promotion.core.ways.base import EndpointPlan


@dataclass(frozen=True)
class Known:
    """What was found out for all stages together."""

    routes: Mapping[str, Route]
    """On whose behalf endpoints would be rolled back, by name."""
    seen: Seen = field(default_factory=dict)
    promotions: Mapping[str, str] = field(default_factory=dict)
    """By durable id of a stage that delivers."""


def target_state(
    route: str, workspace: str, plan: AnyStagePlan, guard: Guard, known: Known
) -> TargetState:
    """Where that stage delivers, with what serves there if it has an endpoint."""
    ids = sorted({known.promotions.get(one, one) for one in guard.delivering})
    return TargetState(
        route=route,
        stage=plan.name,
        way=plan.way,
        workspace=workspace,
        place=plan.place,
        hold=HoldState(**dict(guard.hold)) if guard.hold else None,
        delivering=ids,
        **(_endpoint(plan, known.routes[route], known) if isinstance(plan, EndpointPlan) else {}),
    )


def _endpoint(plan: EndpointPlan, route: Route, known: Known) -> dict[str, Any]:
    named = {"endpoint": plan.target.endpoint}
    scene = known.seen[key_of(plan)]
    if isinstance(scene, Failure):
        return {**named, "problem": scene}
    return {
        **named,
        "traffic": scene.traffic,
        "serving": _serving(scene),
        "previous": _previous(scene, route),
    }


def _serving(scene: Scene) -> list[Serving]:
    found = []
    for name, percent in sorted(scene.traffic.items(), key=lambda one: (-one[1], one[0])):
        standing = scene.standing.get(name)
        model = standing.model if standing else None
        found.append(
            Serving(
                deployment=name,
                percent=percent,
                model=model.name if model else None,
                version=model.version if model else None,
                promotion_id=standing.promotion_id if standing else None,
            )
        )
    return found


def _previous(scene: Scene, route: Route) -> Previous | None:
    """Where a rollback that names no version goes to; None when it would be refused."""
    try:
        way = way_back(scene, route, None)
    except Terminal:
        return None
    standing = scene.standing.get(way.deployment)
    # Of one that stands without our tags the model is a guess; of one that is gone it is not.
    model = way.model if standing is None or standing.model else None
    return Previous(
        deployment=way.deployment,
        model=model.name if model else None,
        version=model.version if model else None,
        stands=way.stands,
    )
