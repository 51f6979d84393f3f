"""A preview as people read it."""

from collections.abc import Iterator, Sequence

from promotion.core.candidate import Candidate
from promotion.core.plan import Plan, StagePlan
from promotion.core.policy.duration import in_words as spoken
from promotion.core.preview import RoutePreview
from promotion.core.verdict import Mode, Verdict


def in_words(candidate: Candidate, routes: Sequence[RoutePreview]) -> Iterator[str]:
    """Line by line: the version, then what each route would do with it and why."""
    yield f"{candidate.model} in {candidate.source.name}"
    if candidate.registered_at:
        by = f" by {candidate.registered_by}" if candidate.registered_by else ""
        yield f"  registered {candidate.registered_at:%Y-%m-%d %H:%M} UTC{by}"
    if candidate.run:
        state = f", {candidate.job.status}" if candidate.job and candidate.job.status else ""
        yield f"  made by {candidate.run}{state}"
    for route in routes:
        yield ""
        yield from _route(route)


def _route(route: RoutePreview) -> Iterator[str]:
    if route.unwanted is not None:
        yield f"route {route.route}: does not want it, because {route.unwanted}"
        return
    yield f"route {route.route}: {'would be promoted' if route.promotes else 'would be refused'}"
    for verdict in route.judgement.verdicts:
        yield from _verdict(verdict)
    if route.promotes and route.plan is not None:
        yield from _steps(route.plan)


def _verdict(verdict: Verdict) -> Iterator[str]:
    warning = " (warning only)" if verdict.mode is Mode.WARN and not verdict.blocks else ""
    yield f"  {verdict.outcome:<12} {verdict.gate}: {verdict.reason}{warning}"
    if verdict.remedy:
        yield f"  {'':<12} {verdict.remedy}"


def _steps(plan: Plan) -> Iterator[str]:
    yield f"  copy         {plan.model} to {plan.registry}"
    for stage in plan.stages:
        yield from _stage(stage)


def _stage(stage: StagePlan) -> Iterator[str]:
    target = stage.target
    where = f"{target.endpoint}, {target.workspace.name}"
    yield f"  {stage.name:<12} deploy {target.deployment} at {where}"
    if stage.smoke_test is not None:
        yield f"  {'':<12} ask it the sample request"
    kept = spoken(stage.keep_previous) if stage.keep_previous else "not at all"
    yield f"  {'':<12} give it all traffic; what served before is kept {kept}"
