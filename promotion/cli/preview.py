"""A preview as people read it."""

from collections.abc import Iterator, Mapping, Sequence

from promotion.core.candidate import Candidate
from promotion.core.plan import Plan
from promotion.core.policy.duration import in_words as spoken
from promotion.core.preview import RoutePreview
from promotion.core.verdict import Judgement, Mode, Outcome, Verdict
from promotion.core.ways import AnyStagePlan
from promotion.core.ways.online import OnlinePlan
from promotion.core.ways.register import RegisterPlan


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
    before: tuple[str, ...] = ()
    for stage in plan.stages:
        yield f"  stage {stage.name}"
        if stage.needs != before:
            yield _step("after", " and ".join(stage.needs) or "the copy")
        for verdict in judgements.get(stage.name, Judgement()).verdicts:
            yield from _verdict(verdict)
        for wait in stage.waits:
            yield _step("wait", f"for {wait.in_words}")
        yield from _delivery(stage)
        before = (stage.name,)


def _delivery(stage: AnyStagePlan) -> Iterator[str]:
    if isinstance(stage, RegisterPlan):
        yield _step("register", f"in {stage.workspace.name}")
        return
    where = f"{stage.target.endpoint}, {stage.workspace.name}"
    yield _step("deploy", f"{stage.target.deployment} at {where}")
    if isinstance(stage, OnlinePlan) and stage.smoke_test is not None:
        yield _step("ask", "it the sample request")
    if isinstance(stage, OnlinePlan) and stage.canary is not None:
        steps = ", ".join(f"{share} %" for share in stage.canary.steps)
        yield _step("canary", f"{steps} of the traffic, each for {spoken(stage.canary.every)}")
    kept = f"kept {spoken(stage.keep_previous)}" if stage.keep_previous else "removed at once"
    turn = "give it all traffic" if isinstance(stage, OnlinePlan) else "make it the default"
    yield _step("switch", f"{turn}; what served before is {kept}")


def _step(what: str, how: str) -> str:
    return f"  {what:<12} {how}"
