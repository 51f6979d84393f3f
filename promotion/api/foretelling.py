"""A preview as the API tells it."""

from collections.abc import Iterator, Mapping
from typing import Final

from promotion.api.forecasts import CandidateSummary, Doing, RouteForecast, StageForecast
from promotion.core.assets import to_share
from promotion.core.candidate import Candidate
from promotion.core.plan import Plan
from promotion.core.preview import RoutePreview
from promotion.core.status import Status
from promotion.core.verdict import Judgement
from promotion.core.ways import AnyStagePlan

_NOTHING: Final = Judgement()


def candidate_summary(candidate: Candidate, workspace: str) -> CandidateSummary:
    """What is known of the version itself."""
    return CandidateSummary(
        model=candidate.model.name,
        version=candidate.model.version,
        workspace=workspace,
        registered_by=candidate.registered_by,
        registered_at=candidate.registered_at,
        run=candidate.run,
        job_status=candidate.job.status if candidate.job else None,
    )


def route_forecast(route: RoutePreview, current: Mapping[str, Status]) -> RouteForecast:
    """What that route would do; ``current`` is the status of promotions that there are, by id."""
    plan = route.plan
    if plan is None:
        return RouteForecast(route=route.route, unwanted=route.unwanted)
    return RouteForecast(
        route=route.route,
        ending=route.ending,
        promotes=route.promotes,
        id=route.promotion_id,
        current=current.get(route.promotion_id or ""),
        verdicts=list(route.judgement.verdicts),
        missing=list(route.missing),
        before=list(_before(plan)),
        stages=[_stage(stage, route.stages.get(stage.name, _NOTHING)) for stage in plan.stages],
    )


def _before(plan: Plan) -> Iterator[Doing]:
    yield Doing(verb="copy", what=f"{plan.model} to {plan.registry}")
    for what in to_share(use for stage in plan.stages for use in stage.assets):
        yield Doing(verb="share", what=f"{what} with {plan.registry}")


def _stage(stage: AnyStagePlan, judgement: Judgement) -> StageForecast:
    return StageForecast(
        name=stage.name,
        way=stage.way,
        place=stage.place,
        needs=list(stage.needs),
        waits=[wait.in_words for wait in stage.waits],
        doing=[Doing(verb=verb, what=what) for verb, what in stage.doing()],
        verdicts=list(judgement.verdicts),
    )
