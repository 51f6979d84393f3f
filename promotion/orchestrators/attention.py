"""What a waiting orchestration listens to: time, decisions, a newer version, a stop."""

from datetime import datetime
from typing import Any

from durabletask import task
from pydantic import ValidationError

from promotion.core.waits.decision import Decision
from promotion.orchestrators.work import Steps, Work

DECISION = "decision"
"""Event with a Decision: somebody has decided about the approval at a stage."""
SUPERSEDED = "superseded"
"""Event with the version that supersedes this one."""
CANCEL = "cancel"
"""Event with ``{"by": …, "reason": …}``: somebody stops the promotion."""


class Superseded(Exception):
    """A newer version has come to the stage; the text is the version."""


class Cancelled(Exception):
    """Somebody has stopped the promotion."""

    def __init__(self, by: str, reason: str) -> None:
        super().__init__(reason)
        self.by = by
        self.reason = reason


class Attention:
    """Listens to the events of one orchestration; events that come early are not lost."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._listening: dict[str, task.CancellableTask[Any]] = {}

    def until(self, at: datetime | None) -> Steps[Decision | None]:
        """Wait until that moment, or for ever; a decision that comes first ends the wait.

        Raises Superseded and Cancelled.
        """
        ctx = self._work.ctx
        for name in (CANCEL, SUPERSEDED, DECISION):
            if name not in self._listening:
                self._listening[name] = ctx.wait_for_external_event(name)
        timer = ctx.create_timer(at.replace(tzinfo=None)) if at is not None else None
        waited = [*self._listening.values(), *([timer] if timer is not None else [])]
        yield task.when_any(waited)
        if timer is not None and not timer.is_complete:
            timer.cancel()
        return self._heard()

    def _heard(self) -> Decision | None:
        """Whoever raises events by hand may get one wrong: a stop is a stop all the same."""
        if self._has_come(CANCEL):
            told = self._take(CANCEL)
            told = told if isinstance(told, dict) else {"reason": told}
            raise Cancelled(
                str(told.get("by") or "somebody"), str(told.get("reason") or "no reason")
            )
        if self._has_come(SUPERSEDED):
            raise Superseded(str(self._take(SUPERSEDED)))
        if not self._has_come(DECISION):
            return None
        try:
            return Decision.model_validate(self._take(DECISION))
        except ValidationError:
            return None  # nobody decided anything

    def _has_come(self, name: str) -> bool:
        return self._listening[name].is_complete

    def _take(self, name: str) -> Any:
        return self._listening.pop(name).get_result()
