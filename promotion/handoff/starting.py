"""Starts a run once, however often it is asked to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from promotion.core.errors import Retryable, Terminal
from promotion.core.steps.handover import Run, RunOrder, Sent, StartOrder
from promotion.handoff.answers import Unexpected
from promotion.handoff.rest import Throttled, Unheard
from promotion.handoff.runs import Runs, runs_of

GRACE: Final = timedelta(minutes=5)
"""How long a run that was asked for may take to be listed: mostly seconds."""


class Later(NamedTuple):
    """Nothing could be learned now; the same may be asked again, not before ``not_before``."""

    note: str
    not_before: datetime | None = None


def patiently[R](order: RunOrder, ask: Callable[[Runs], R]) -> R | Later:
    """What ``ask`` learns, or Later while the service is busy or away.

    That is never a failure by itself: a release may wait for people for days, and must not fail
    because of an hour without GitHub. The stage's time limit ends it.
    """
    if order.not_before is not None and datetime.now(UTC) < order.not_before:
        note = f"the service wants to be left alone until {order.not_before:%H:%M:%S} UTC"
        return Later(note, order.not_before)
    try:
        return ask(runs_of(order.pipeline))
    except Throttled as error:
        return Later(error.failure.reason, error.until)
    except Retryable as error:
        return Later(str(error.failure))


def run_for(order: StartOrder, runs: Runs) -> Run | Sent:
    """The run that is called so: one that is found, else a new one.

    Sent as long as it is not known which run a request has made, or whether.
    """
    if (found := runs.find(order.name, order.since)) is not None:
        return found
    now, sent = datetime.now(UTC), order.sent
    if sent is not None and is_fresh(sent):
        return sent
    if sent is not None and sent.accepted:  # a second run would be worse than none
        raise Terminal(
            f"The start of the {order.pipeline.label} was accepted, but none of its runs has "
            f"{order.name} in its name.",
            remedy="Put the promotion's id into the run-name of the workflow: "
            "docs/how-to/hand-over-to-a-pipeline.md. Look whether a run goes on.",
            code="RunNotFound",
        )
    try:
        return runs.start(order.parameters) or Sent(at=now, accepted=True)
    except Unheard:
        return Sent(at=now, accepted=False)
    except Unexpected:  # there is a run, which is to be stopped if nobody waits for it
        return Sent(at=now, accepted=True)


def is_fresh(sent: Sent) -> bool:
    """Whether what was sent may still show itself."""
    return datetime.now(UTC) - sent.at < GRACE
