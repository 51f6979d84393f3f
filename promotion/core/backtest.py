"""What a policy would have done with versions that are registered already."""

from collections.abc import Callable, Iterable
from datetime import datetime

from promotion.core.candidate import Answer, Candidate, Champion
from promotion.core.gates.http import HttpGate
from promotion.core.names import deployment_name
from promotion.core.plan import Plan
from promotion.core.policy.document import PolicyDocument
from promotion.core.preview import RoutePreview, preview
from promotion.core.references import ModelVersion
from promotion.core.value import Value

type Complete = Callable[[Plan, Candidate], Candidate]

_NOT_ASKED = Answer(passed=True, reason="The service was not asked again.")


class Replay(Value):
    """What one route would have done with one version."""

    route: str
    source: str
    """What the policy calls the workspace where it is registered."""
    model: ModelVersion
    registered_at: datetime | None
    ending: str
    """``promoted``, ``refused``, ``held``, with the stage where it was at one."""
    reason: str = ""
    """Why it would not have been promoted."""

    @property
    def promoted(self) -> bool:
        """Whether the version would have gone all the way."""
        return self.ending == "promoted"


def unasked(plan: Plan, candidate: Candidate) -> Candidate:
    """As if every service had said yes: they answer about today, and there may be many versions."""
    services = (gate for gate in plan.all_gates if isinstance(gate, HttpGate))
    return candidate.model_copy(
        update={"answers": {gate.question: _NOT_ASKED for gate in services}}
    )


def replay(
    document: PolicyDocument, candidates: Iterable[Candidate], complete: Complete = unasked
) -> tuple[Replay, ...]:
    """Every version on every route that wants it, in the order of their registration.

    Each is judged as of its registration, against the champion that the versions before it would
    have made: the last one that was promoted on the route serves at all of its stages. Waits for
    time and people are taken for granted. ``complete`` adds what services say.
    """
    champions: dict[str, Champion] = {}
    replays: list[Replay] = []

    def at_that_time(plan: Plan, candidate: Candidate) -> Candidate:
        serving = champions.get(plan.route)
        seen = {"champions": {stage.name: serving for stage in plan.stages}}
        return complete(plan, candidate.model_copy(update=seen))

    for candidate in sorted(candidates, key=_order):
        registered = candidate.model_copy(
            update={"as_of": candidate.registered_at or candidate.as_of}
        )
        for route in preview(document, registered, at_that_time):
            if route.unwanted is not None:
                continue
            replays.append(_replay(route, candidate))
            if route.promotes:
                champions[route.route] = _champion(candidate)
    return tuple(replays)


def _order(candidate: Candidate) -> tuple[datetime, str]:
    return candidate.registered_at or candidate.as_of, str(candidate.model)


def _replay(route: RoutePreview, candidate: Candidate) -> Replay:
    against = [one.reason for one in route.judgements if not one.passed]
    return Replay(
        route=route.route,
        source=route.plan.source_name if route.plan else "",
        model=candidate.model,
        registered_at=candidate.registered_at,
        ending=route.ending.removeprefix("would be "),
        reason=" ".join(against),
    )


def _champion(candidate: Candidate) -> Champion:
    return Champion(
        deployment=deployment_name(candidate.model),
        model=candidate.model,
        metrics=candidate.metrics,
        params=candidate.params,
        tags=candidate.tags,
    )
