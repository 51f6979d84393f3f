"""How an orchestrator gets something done: one step, a step until it settles, a record."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from durabletask import task
from durabletask.entities import EntityInstanceId
from durabletask.task import OrchestrationContext, TaskFailedError
from pydantic import ValidationError

from promotion.core.context import Context
from promotion.core.errors import Failure, Terminal
from promotion.core.policy.duration import in_words
from promotion.core.status import Status, step
from promotion.core.steps.base import FAILED, Receipt, Task
from promotion.core.steps.record import RecordOrder, RecordReceipt
from promotion.core.timing import Timing
from promotion.core.value import Json

type Steps[R] = Generator[task.Task[Any], Any, R]
"""A part of an orchestrator: yields durable tasks, returns R; used with ``yield from``."""


_LATE: Final = 0.02
"""An end is noticed late by this part of what it took, at most, once that is long."""

_SHOWN: Final = 1_000
"""Characters of a text in a status."""


def turn(name: str) -> EntityInstanceId:
    """What to lock so that nobody else changes at once what is called so."""
    return EntityInstanceId("turn", name)


@dataclass(frozen=True)
class Limit:
    """Until when something may take, and what sets that."""

    at: datetime
    setting: str
    parked: timedelta = timedelta(0)
    """How long people had kept the work waiting when it was set."""


class Listener(Protocol):
    """Who listens to what people say meanwhile."""

    def rest(self, until: datetime) -> Steps[None]:
        """Wait until then."""

    def checkpoint(self) -> Steps[None]:
        """Go on, or wait here as long as people want."""


class Doing:
    """Durable tasks with patience: one task, or one until it settles."""

    def __init__(self, ctx: OrchestrationContext, timing: Timing) -> None:
        self.ctx = ctx
        self.timing = timing
        self.started = self.now
        self.parked = timedelta(0)
        """How long people have kept it waiting: that is not what may take too long."""
        self.listener: Listener | None = None

    @property
    def now(self) -> datetime:
        """The context's time, the same in every replay; durabletask gives it without its zone."""
        return self.ctx.current_utc_datetime.replace(tzinfo=UTC)

    def rest(self, until: datetime) -> Steps[None]:
        """Wait until then; raises what its listener does when people want something else."""
        if self.listener is not None:
            yield from self.listener.rest(until)
        elif until > self.now:
            yield self.ctx.create_timer(until.replace(tzinfo=None))

    def checkpoint(self) -> Steps[None]:
        """Nothing is half done here: a good place to wait, or to stop, if people want that."""
        if self.listener is not None:
            yield from self.listener.checkpoint()

    def limit(self, span: timedelta, setting: str) -> Limit:
        """From now on so long, without the time for which people keep it waiting."""
        return Limit(self.now + span, setting, self.parked)

    def perform[O: Task, R: Receipt](
        self, order: O, receipt: type[R], *, again: Callable[[O], O] | None = None
    ) -> Steps[R]:
        """The receipt for ``order``. Raises Terminal when it cannot be done, or not any more.

        What fails is tried again here and not by the host, so that it can be stopped between;
        ``again`` makes the order of the next try from one that may have been carried out.
        """
        pauses = iter(self.timing.retry_pauses())
        while True:
            try:
                reply = yield self.ctx.call_activity(order.activity, input=order.to_json())
                break
            except TaskFailedError as error:
                if (pause := next(pauses, None)) is None:
                    raise Terminal.of(self._given_up(error)) from error
            order = again(order) if again else order
            yield from self.rest(self.now + timedelta(seconds=pause))
        if FAILED in reply:
            raise Terminal.of(Failure.model_validate(reply[FAILED]))
        return receipt.model_validate(reply)

    def settle[O: Task, R: Receipt](
        self,
        order: O,
        receipt: type[R],
        *,
        limit: Limit,
        following: Callable[[O, R], O] | None = None,
        again: Callable[[O], O] | None = None,
    ) -> Steps[R]:
        """The settled receipt for ``order``, which is given again with growing pauses.

        ``following`` makes the next order from the last one and its receipt, ``again`` is as for
        perform. Raises Terminal when the limit passes first.
        """
        started, pause = self.now, self.timing.poll_first
        while True:
            done = yield from self.perform(order, receipt, again=again)
            if done.settled:
                return done
            if self.now >= limit.at + (self.parked - limit.parked):
                raise self._too_late(order, done, limit, self.now - started)
            order = following(order, done) if following else order
            # What takes days is not looked at every few minutes: that would fill the history.
            pause = max(pause, _LATE * (self.now - started).total_seconds())
            yield from self.rest(self.now + timedelta(seconds=pause))
            pause = self.timing.pause_after(pause)

    @staticmethod
    def _too_late(order: Task, last: Receipt, limit: Limit, waited: timedelta) -> Terminal:
        waiting_for = last.note or f"{order.activity.replace('_', ' ')} is not done"
        return Terminal(
            f"The time limit has passed, after {in_words(waited)}: {waiting_for}.",
            remedy=f"Raise {limit.setting} if this is how long it takes.",
            code="TimeLimit",
        )

    def _given_up(self, error: TaskFailedError) -> Failure:
        """The failure that a Retryable error carried through the host, or what is left of it."""
        tried = f"(tried {self.timing.retry_attempts} times)"
        try:
            failure = Failure.model_validate_json(error.details.message)
        except ValidationError:
            reason = f"{error.details.message} {tried}"
            return Failure(reason=reason, code=error.details.error_type)
        return failure.model_copy(update={"reason": f"{failure.reason} {tried}"})


def _short(value: Json) -> Json:
    """As a status shows it: the durable host takes 16 KB, records and results have all of it."""
    return value if not isinstance(value, str) or len(value) <= _SHOWN else f"{value[:_SHOWN]}…"


class Work(Doing):
    """What an orchestration does on behalf of one promotion, and how far it is."""

    def __init__(
        self, ctx: OrchestrationContext, context: Context, timing: Timing, status: Status
    ) -> None:
        super().__init__(ctx, timing)
        self.context = context
        self._status = status
        self.become(status)

    @property
    def status(self) -> Status:
        """How far it is."""
        return self._status

    def become(self, status: Status, **shown: Json) -> None:
        """Take a step in the table of states, and show it as the orchestration's custom status."""
        self._status = step(self._status, status)
        since = self.now.isoformat()
        own: dict[str, Json] = {"status": status.value, "stage": self.context.stage, "since": since}
        self.ctx.set_custom_status(own | self._names() | {k: _short(v) for k, v in shown.items()})

    def _names(self) -> dict[str, Json]:
        """So that promotions can be listed without their plans, which are large."""
        context = self.context
        model, version = context.model.name, context.model.version
        named = {"route": context.route, "model": model, "version": version}
        return {**named, "actor": context.actor, "promotion": context.promotion_id}

    def wait_for(self, what: str, **shown: Json) -> None:
        """Show that it waits for ``what``: approval, window, soak, lock or hold."""
        self.become(Status.WAITING, waiting_for=what, **shown)

    def enter(self, stage: str | None) -> None:
        """From now on everything happens at ``stage``, or at none."""
        self.context = self.context.model_copy(update={"stage": stage})

    def record(self, name: str, failure: Failure | None = None, **details: str) -> Steps[Receipt]:
        """Write the fact ``name`` into the audit trail."""
        order = RecordOrder(
            context=self.context,
            name=name,
            failure=failure,
            duration=self.now - self.started,
            details=details,
        )
        return (yield from self.perform(order, RecordReceipt))
