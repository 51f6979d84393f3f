"""Tells people and other systems, without anybody waiting for that."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from durabletask import task
from durabletask.task import OrchestrationContext, TaskFailedError
from pydantic import ValidationError

from promotion.core.errors import Failure, Terminal
from promotion.core.notices.audience import Audience
from promotion.core.notices.notice import Notice
from promotion.core.policy.duration import in_words
from promotion.core.steps.base import FAILED
from promotion.core.steps.notices import (
    NotifyOrder,
    PublishOrder,
    TellOrder,
    TellReceipt,
    WebhookOrder,
    WriteBackOrder,
)
from promotion.core.steps.record import RecordOrder, RecordReceipt
from promotion.core.timing import Timing
from promotion.orchestrators.work import Doing, Steps

_PAUSES_A_LIMIT: Final = 8
"""The longest pause is this part of the limit: few enough tries for the history."""


def tell(ctx: OrchestrationContext, audience: Audience, notice: Notice, timing: Timing) -> None:
    """Start ``notify`` for whoever wants to know, without waiting for it.

    Its id is that of the notice, so that however often this runs, there is one.
    """
    wanted = audience.of(notice.occasion)
    if not wanted.empty:
        order = NotifyOrder(notice=notice, audience=wanted, timing=timing)
        ctx.call_sub_orchestrator("notify", input=order.to_json(whole=True), instance_id=notice.id)


def notify(ctx: OrchestrationContext, order: Any) -> Steps[Any]:
    """Tell each far side, again and again until it has taken it. Input: a NotifyOrder.

    The output says how many were told. One that is down keeps none of the others waiting; after
    ``notice_limit`` it is given up, with a record.
    """
    ordered = NotifyOrder.model_validate(order)
    doing = Doing(ctx, ordered.timing)
    sides = [_Side(one, ordered.timing, doing.now) for one in _orders(ordered)]
    while open_ := [one for one in sides if not one.ended]:
        at = min(one.at for one in open_)
        if at > doing.now:
            yield ctx.create_timer(at.replace(tzinfo=None))
        due = [one for one in open_ if one.at <= doing.now]
        running: dict[_Side, task.Task[Any]] = {
            one: ctx.call_activity(one.order.activity, input=one.sent) for one in due
        }
        yield from _all(list(running.values()))
        for one in due:
            one.hear(running[one], doing.now)
            if one.failure is not None:
                yield from _record(doing, one)
    given_up = sum(one.failure is not None for one in sides)
    return {"told": len(sides) - given_up, "given_up": given_up}


class _Side:
    """One far side, and how far it is with it."""

    def __init__(self, order: TellOrder, timing: Timing, now: datetime) -> None:
        self.order = order
        self.sent = order.to_json()
        self.at = now
        self.ended = False
        self.failure: Failure | None = None
        """Why it was given up."""
        self._began = now
        self._limit = now + timedelta(seconds=timing.notice_limit)
        self._pause = timing.retry_first
        self._longest = max(timing.notice_limit / _PAUSES_A_LIMIT, timing.retry_first)
        self._tries = 0

    def hear(self, tried: task.Task[Any], now: datetime) -> None:
        """What came of one try: it is told, or given up, or tried again later."""
        self._tries += 1
        try:
            reply = tried.get_result()
        except TaskFailedError as error:
            self._later(now, _of(error), None)
            return
        if FAILED in reply:
            self._give_up(Failure.model_validate(reply[FAILED]))
            return
        receipt = TellReceipt.model_validate(reply)
        if receipt.settled:
            self.ended = True
        else:
            note = Failure(reason=receipt.note or "It was not taken.", code=receipt.code)
            self._later(now, note, receipt.not_before)

    def _later(self, now: datetime, why: Failure, not_before: datetime | None) -> None:
        pause = timedelta(seconds=min(self._pause, self._longest))
        self._pause *= 2
        self.at = max(now + pause, not_before or now)
        if self.at > self._limit:
            waited = in_words(timedelta(seconds=round((now - self._began).total_seconds())))
            reason = f"{why.reason} Given up after {self._tries} tries in {waited}."
            remedy = why.remedy or "Nothing of the promotion depends on it; see that it is up."
            self._give_up(Failure(reason=reason, remedy=remedy, code=why.code))

    def _give_up(self, why: Failure) -> None:
        self.ended, self.failure = True, why


def _orders(order: NotifyOrder) -> Iterator[TellOrder]:
    notice, audience = order.notice, order.audience
    if audience.publish:
        yield PublishOrder(notice=notice)
    for webhook in audience.webhooks:
        yield WebhookOrder(notice=notice, webhook=webhook)
    if audience.write_back:
        yield WriteBackOrder(notice=notice)


def _all(tasks: list[task.Task[Any]]) -> Steps[None]:
    """Until each is done, however it ended; ``when_all`` would not wait for the rest."""
    while open_ := [one for one in tasks if not one.is_complete]:
        yield task.when_any(open_)


def _of(error: TaskFailedError) -> Failure:
    """What a worker that died, or a passing trouble, leaves."""
    try:
        return Failure.model_validate_json(error.details.message)
    except ValidationError:
        return Failure(reason="It could not be tried to its end.", code=error.details.error_type)


def _record(doing: Doing, side: _Side) -> Steps[None]:
    order = RecordOrder(
        context=side.order.context,
        name=side.order.failed_as,
        failure=side.failure,
        duration=doing.now - doing.started,
        details=side.order.told,
    )
    try:
        yield from doing.perform(order, RecordReceipt)
    except Terminal:
        return  # the log has it; there is nobody left to tell
