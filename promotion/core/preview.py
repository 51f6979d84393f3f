"""What a policy would do with a model version, route by route: a promotion without its deeds."""

from collections.abc import Callable

from promotion.core.candidate import Candidate
from promotion.core.events import ModelRegistered
from promotion.core.gates import judge
from promotion.core.plan import Plan, Promotion
from promotion.core.planning import plan_promotion
from promotion.core.policy.document import PolicyDocument
from promotion.core.timing import Timing
from promotion.core.value import Value
from promotion.core.verdict import Judgement


class RoutePreview(Value):
    """What one route would do with the version."""

    route: str
    unwanted: str | None = None
    """Why the route does not want it; then there is nothing else."""
    promotion_id: str | None = None
    candidate: Candidate | None = None
    """As the gates saw it: with what stages serve and what services say."""
    judgement: Judgement = Judgement()
    """On the gates of the route."""
    stages: dict[str, Judgement] = {}
    """By stage, on its own gates, as they would be answered now."""
    plan: Plan | None = None
    missing: tuple[str, ...] = ()
    """What its files name and the source workspace does not have."""

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """On the gates of the route, and on those of its stages."""
        return (self.judgement, *self.stages.values())

    @property
    def promotes(self) -> bool:
        """Whether the version would go all the way, as things stand; waits do not count."""
        wanted = self.unwanted is None and not self.missing
        return wanted and all(one.passed for one in self.judgements)

    @property
    def ending(self) -> str:
        """What would become of the version, as things stand."""
        if self.promotes:
            return "would be promoted"
        if not self.judgement.passed:
            return "would be held" if self.judgement.waits else "would be refused"
        if self.missing:
            return "would fail after the copy"
        stage, judgement = next((s, j) for s, j in self.stages.items() if not j.passed)
        return f"would be {'held' if judgement.waits else 'refused'} at {stage}"


def registration_of(candidate: Candidate) -> ModelRegistered:
    """The registration that Event Grid would tell of."""
    return ModelRegistered(
        event_id="preview",
        workspace_id=candidate.source.arm_id,
        model=candidate.model,
        tags=candidate.tags,
        properties=candidate.properties,
    )


type Completion = Callable[[Plan, Candidate], Candidate]
"""Adds to the candidate what only the gates of a plan ask for."""


def preview_of(promotion: Promotion, candidate: Candidate, complete: Completion) -> RoutePreview:
    """What would become of ``candidate`` as that promotion."""
    plan = promotion.plan
    seen = complete(plan, candidate)
    return RoutePreview(
        route=plan.route,
        promotion_id=promotion.id,
        candidate=seen,
        judgement=judge(seen, plan.gates),
        stages={stage.name: judge(seen, stage.gates) for stage in plan.stages if stage.gates},
        plan=plan,
    )


def preview(
    document: PolicyDocument,
    candidate: Candidate,
    complete: Completion = lambda _, candidate: candidate,
) -> tuple[RoutePreview, ...]:
    """Every route of the policy, the ones that do not want the version included.

    ``complete`` adds to the candidate what only the gates of a plan ask for: the champions of
    its stages, the answers of services. Pure apart from that.
    """

    def of_route(name: str) -> RoutePreview:
        registered = registration_of(candidate)
        return preview_of(plan_promotion(document, name, registered, Timing()), candidate, complete)

    wishes = document.policy.wishes(registration_of(candidate))
    return tuple(
        of_route(name) if unwanted is None else RoutePreview(route=name, unwanted=unwanted)
        for name, unwanted in wishes.items()
    )
