"""What a stage listens to: decisions, a newer version, holds, a stop."""

from datetime import datetime
from typing import Any

from durabletask import task
from pydantic import ValidationError

from promotion.core.status import Status
from promotion.core.waits.decision import Decision
from promotion.orchestrators.events import (
    CANCEL,
    DECISION,
    HOLD,
    RESUME,
    SUPERSEDED,
    TAKE_BACK,
    Ears,
    Holds,
    Stopped,
)
from promotion.orchestrators.work import Steps, Work


class Superseded(Exception):
    """A newer version has come to the stage; the text is the version."""


class Attention:
    """Listens on behalf of a stage: itself while it waits, for its delivery afterwards."""

    def __init__(self, work: Work) -> None:
        self._ctx = work.ctx
        self._work = work
        self._ears = Ears(work.ctx, (CANCEL, SUPERSEDED, DECISION, HOLD, RESUME, TAKE_BACK))
        self.holds = Holds()
        """Where somebody holds what it wants to do."""

    def until(self, at: datetime | None) -> Steps[Decision | None]:
        """Wait until that moment, or for ever; an event that comes first ends the wait.

        Raises Superseded and Stopped.
        """
        yield from self._ears.wait(at)
        come, told = self._ears.take(CANCEL)
        if come:
            raise Stopped(Status.CANCELLED, told)
        come, version = self._ears.take(SUPERSEDED)
        if come:
            raise Superseded(str(version))
        self.holds.hear(self._ears)
        # Nothing is delivered yet: a delivery later must not take this for news.
        self._ears.take(TAKE_BACK)
        come, decision = self._ears.take(DECISION)
        return _valid(decision) if come else None

    def forward(self, running: task.Task[Any], child: str) -> Steps[Any]:
        """The output of ``running``, to which everything is told that concerns a delivery."""
        while not running.is_complete:
            yield from self._ears.wait(None, running)
            for name in (CANCEL, HOLD, RESUME, TAKE_BACK):
                for told in self._ears.take_all(name):
                    if self._is_news(name, told):
                        self._ctx.send_event(child, name, data=told)
            self._ears.take(SUPERSEDED)  # too late
            yield from self._ignore()
        yield from self._ignore()
        return running.get_result()

    def _ignore(self) -> Steps[None]:
        for told in self._ears.take_all(DECISION):
            if (decision := _valid(told)) is not None:
                yield from ignore(self._work, decision)

    def _is_news(self, name: str, told: Any) -> bool:
        """A hold that is over by now would stop for good a delivery that began afterwards."""
        return name not in (HOLD, RESUME) or self.holds.note(told, held=name == HOLD)


def ignore(work: Work, decision: Decision) -> Steps[None]:
    """Write down that it came when nobody asked any more; nothing that people say is lost."""
    yield from work.record(
        "decision_ignored",
        by=decision.who,
        decision=decision.decision,
        comment=decision.comment,
        decided_at=decision.at.isoformat(),
        reason="It was decided before this came.",
    )


def _valid(decision: object) -> Decision | None:
    """Whoever raises events by hand may get one wrong: then nobody decided anything."""
    try:
        return Decision.model_validate(decision)
    except ValidationError:
        return None
