"""Stops automatic promotion somewhere, or everywhere, and lets it go on."""

from datetime import timedelta
from typing import Any

from durabletask.task import OrchestrationContext

from promotion.core.errors import Terminal
from promotion.core.holding import Guard, Hold
from promotion.core.status import Status
from promotion.core.steps.base import Receipt
from promotion.core.steps.operations import (
    HoldPlanOrder,
    HoldPlanReceipt,
    MarkOrder,
    Operation,
    OperationResult,
    Request,
)
from promotion.core.timing import Timing
from promotion.orchestrators.events import HOLD, RESUME
from promotion.orchestrators.place import guard
from promotion.orchestrators.work import Doing, Steps


def hold(ctx: OrchestrationContext, order: Any) -> Steps[Any]:
    """Stop deliveries at a place. Input: a Request; output: an OperationResult.

    Deliveries under way park where nothing is half done; those that come wait.
    """
    return (yield from _operate(ctx, order, held=True))


def resume(ctx: OrchestrationContext, order: Any) -> Steps[Any]:
    """Let deliveries go on at a place. Input: a Request; output: an OperationResult."""
    return (yield from _operate(ctx, order, held=False))


def _operate(ctx: OrchestrationContext, order: Any, *, held: bool) -> Steps[Any]:
    doing = Doing(ctx, Timing())
    try:
        request = HoldPlanOrder(request=Request.model_validate(order))
        operation = (yield from doing.perform(request, HoldPlanReceipt)).operation
        doing.timing = operation.timing
        before = yield from (hold_place if held else _let_go)(doing, operation)
        yield from mark(doing, operation, held=held)
    except Terminal as error:
        return OperationResult(status=Status.FAILED, failure=error.failure).to_json()
    return OperationResult(status=Status.SUCCEEDED, before=before.hold).to_json()


def hold_place(doing: Doing, order: Operation) -> Steps[Guard]:
    """Whoever is there has been told of the hold; the place as it was before."""
    name = order.place.guard
    wanted = Hold(by=order.by, reason=order.reason, since=doing.now)
    found = yield doing.ctx.call_entity(guard(name), "hold", wanted.to_json())
    before = Guard.model_validate(found)
    for one in before.present:
        told = {
            "where": name,
            "by": order.by,
            "reason": order.reason,
            "change": before.changes + 1,
        }
        doing.ctx.send_event(one, HOLD, data=told)
    return before


def _let_go(doing: Doing, order: Operation) -> Steps[Guard]:
    name = order.place.guard
    before = Guard.model_validate((yield doing.ctx.call_entity(guard(name), "resume")))
    for one in before.present:
        told = {"where": name, "change": before.changes + 1}
        doing.ctx.send_event(one, RESUME, data=told)
    return before


def mark(doing: Doing, order: Operation, *, held: bool) -> Steps[None]:
    """Write it down, and show it on the endpoint."""
    told = MarkOrder(place=order.place, held=held, by=order.by, reason=order.reason, at=doing.now)
    limit = doing.limit(timedelta(seconds=order.timing.undo_limit), "PROMOTION_UNDO_LIMIT")
    yield from doing.settle(told, Receipt, limit=limit)
