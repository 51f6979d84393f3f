"""Makes what an operator asks for at a stage from the policy in force. Pure."""

from typing import Final

from promotion.core.errors import Terminal
from promotion.core.going_back import Route
from promotion.core.holding import EVERYTHING
from promotion.core.planning import audience_of, plan_stages
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.mistakes import did_you_mean
from promotion.core.policy.models import Policy
from promotion.core.references import ModelVersion
from promotion.core.steps.operations import Operation, Place, Request, Rollback
from promotion.core.timing import Timing
from promotion.core.ways import AnyStagePlan
from promotion.core.ways.base import EndpointPlan
from promotion.core.ways.batch import BatchPlan
from promotion.core.ways.online import OnlinePlan

ANY: Final = ModelVersion(name="any", version="0")
"""A stage is planned for a version; what operators ask for concerns them all."""


def operation(document: PolicyDocument, request: Request, timing: Timing) -> Operation:
    """A hold, or its end, at a stage or everywhere.

    Raises Terminal where there is no such stage.
    """
    if request.route is None and request.stage is None:
        place = Place(guard=EVERYTHING)
    else:
        place = _place(*_planned(document, request))
    return Operation(place=place, by=request.by, reason=request.reason, timing=timing)


def rollback(
    document: PolicyDocument, request: Request, id: str, timing: Timing, *, publish: bool = False
) -> Rollback:
    """A rollback at a stage; ``publish`` is whether it becomes an event for other systems.

    Raises Terminal when there is no such stage, or nothing there that could be rolled back.
    """
    route, planned = _planned(document, request)
    if not isinstance(planned, OnlinePlan | BatchPlan):
        raise Terminal(
            f"{planned.name} of {route} goes the way {planned.way}, "
            "which has nothing to roll back.",
            remedy="Promote the version that is wanted.",
            code="NothingToRollBack",
        )
    about = routes_of(document.policy)[route]
    return Rollback(
        id=id,
        place=_place(route, planned),
        by=request.by,
        reason=request.reason,
        timing=timing,
        sources={
            name: document.policy.workspaces[name] for name in document.policy.routes[route].sources
        },
        about=about,
        stage=planned,
        version=request.version,
        audience=audience_of(document.policy.routes[route], publish=publish),
    )


def routes_of(policy: Policy) -> dict[str, Route]:
    """On whose behalf endpoints are rolled back, by name."""
    return {
        name: Route(name=name, models=route.named, registry=policy.registry)
        for name, route in policy.routes.items()
    }


def _planned(document: PolicyDocument, request: Request) -> tuple[str, AnyStagePlan]:
    routes = document.policy.routes
    route, stage = request.route or "", request.stage or ""
    if route not in routes:
        near = did_you_mean(route, routes) or "."
        raise Terminal(f"The policy has no route {route!r}{near}", code="NoSuchRoute")
    stages = {planned.name: planned for planned in plan_stages(document, routes[route], ANY)}
    if stage not in stages:
        near = did_you_mean(stage, stages) or "."
        raise Terminal(f"The route {route} has no stage {stage!r}{near}", code="NoSuchStage")
    return route, stages[stage]


def _place(route: str, stage: AnyStagePlan) -> Place:
    resource = stage.resource if isinstance(stage, EndpointPlan) else None
    return Place(guard=stage.guarded(route), route=route, stage=stage.name, resource=resource)
