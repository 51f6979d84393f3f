"""What may be told to a running orchestration, and how one listens."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from durabletask import task
from durabletask.task import OrchestrationContext

from promotion.core.errors import Terminal
from promotion.core.status import Status
from promotion.orchestrators.work import Steps

DECISION: Final = "decision"
"""With a Decision: somebody has decided about the approval at a stage."""
SUPERSEDED: Final = "superseded"
"""With the version that supersedes this one."""
CANCEL: Final = "cancel"
"""With ``{"by": …, "reason": …}``: somebody stops the promotion."""
TAKE_BACK: Final = "take_back"
"""With ``{"by": …, "reason": …}``: somebody rolls back by hand what is being delivered."""
HOLD: Final = "hold"
"""With ``{"where": …, "by": …, "reason": …, "change": …}``: nothing is to be changed there for now.
The number of the change says which of several is the last."""
RESUME: Final = "resume"
"""With ``{"where": …, "change": …}``: it may go on there."""


class Stopped(Terminal):
    """Somebody has stopped what is under way; ``status`` is how that ends."""

    def __init__(self, status: Status, told: Any) -> None:
        how = "Cancelled" if status is Status.CANCELLED else "Taken back"
        super().__init__(f"{how} by {said(told, 'by')}: {said(told, 'reason')}", code=code(status))
        self.status = status


def code(status: Status) -> str:
    """The code of a failure that somebody wanted, by how it ends."""
    return "Cancelled" if status is Status.CANCELLED else "TakenBack"


def said(told: Any, key: str) -> str:
    """That part of an event, which counts even if whoever raised it by hand got it wrong."""
    told = told if isinstance(told, dict) else {"reason": told}
    return str(told.get(key) or ("somebody" if key == "by" else "no reason given"))


class Ears:
    """Listens to events by name; those that come early are not lost."""

    def __init__(self, ctx: OrchestrationContext, names: Sequence[str]) -> None:
        self._ctx = ctx
        self._names = names
        self._listening: dict[str, task.CancellableTask[Any]] = {}

    def wait(self, until: datetime | None, *others: task.Task[Any]) -> Steps[None]:
        """Until one of the events has come, that moment has, or one of ``others`` is done."""
        self._listen()
        timer = self._ctx.create_timer(until.replace(tzinfo=None)) if until is not None else None
        timers = [timer] if timer is not None else []
        yield task.when_any([*self._listening.values(), *timers, *others])
        if timer is not None and not timer.is_complete:
            timer.cancel()

    def take(self, name: str) -> tuple[bool, Any]:
        """Whether the event has come, and what it told; it has then been heard."""
        self._listen()
        if not self._listening[name].is_complete:
            return False, None
        return True, self._listening.pop(name).get_result()

    def take_all(self, name: str) -> Iterator[Any]:
        """What each event of that name has told so far, in the order in which they came."""
        come, told = self.take(name)
        while come:
            yield told
            come, told = self.take(name)

    def _listen(self) -> None:
        for name in self._names:
            if name not in self._listening:
                self._listening[name] = self._ctx.wait_for_external_event(name)


class Holds:
    """Where somebody holds what one is about to do, and why; messages may come in any order."""

    def __init__(self) -> None:
        self._why: dict[str, str] = {}
        self._last: dict[str, int] = {}

    def hear(self, ears: Ears) -> None:
        """Note every hold, and every end of one, that was told of."""
        for told in ears.take_all(HOLD):
            self.note(told, held=True)
        for told in ears.take_all(RESUME):
            self.note(told, held=False)

    def note(self, told: Any, *, held: bool) -> bool:
        """Note what one event, or a guard, tells; False if it is older than what is known."""
        where, change = said(told, "where"), _number(told)
        if change < self._last.get(where, 0):
            return False
        self._last[where] = change
        if held:
            self._why[where] = f"Held by {said(told, 'by')}: {said(told, 'reason')}"
        else:
            self._why.pop(where, None)
        return True

    @property
    def why(self) -> str | None:
        """One reason to wait; None when there is none."""
        return next(iter(self._why.values()), None)


def _number(told: Any) -> int:
    change = told.get("change") if isinstance(told, dict) else None
    return change if isinstance(change, int) else 0
