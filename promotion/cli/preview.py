"""A preview as people read it."""

from collections.abc import Iterator, Mapping, Sequence

from promotion.core.assets import to_share
from promotion.core.candidate import Candidate
from promotion.core.plan import Plan
from promotion.core.preview import RoutePreview
from promotion.core.verdict import Judgement, Mode, Outcome, Verdict


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
    yield f"route {route.route}: {route.ending}"
    for verdict in route.judgement.verdicts:
        yield from _verdict(verdict)
    if route.judgement.passed and route.plan is not None:
        for what in route.missing:
            yield _step("missing", what)
        yield from _steps(route.plan, route.stages)


def _verdict(verdict: Verdict) -> Iterator[str]:
    warning = " (warning only)" if verdict.mode is Mode.WARN and not _passed(verdict) else ""
    yield f"  {verdict.outcome:<12} {verdict.gate}: {verdict.reason}{warning}"
    if verdict.remedy and not _passed(verdict):
        yield f"  {'':<12} {verdict.remedy}"


def _passed(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.PASSED


def _steps(plan: Plan, judgements: Mapping[str, Judgement]) -> Iterator[str]:
    yield _step("copy", f"{plan.model} to {plan.registry}")
    for what in to_share(use for stage in plan.stages for use in stage.assets):
        yield _step("share", f"{what} with {plan.registry}")
    before: tuple[str, ...] = ()
    for stage in plan.stages:
        yield f"  stage {stage.name}"
        if stage.needs != before:
            yield _step("after", " and ".join(stage.needs) or "the copy")
        for verdict in judgements.get(stage.name, Judgement()).verdicts:
            yield from _verdict(verdict)
        for wait in stage.waits:
            yield _step("wait", f"for {wait.in_words}")
        yield from (_step(verb, what) for verb, what in stage.doing())
        before = (stage.name,)


def _step(verb: str, what: str) -> str:
    return f"  {verb:<12} {what}"
