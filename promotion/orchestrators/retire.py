"""Removes what a delivery replaced, once it has been kept long enough."""

from typing import Any

from durabletask.task import OrchestrationContext

from promotion.core.errors import Terminal
from promotion.core.status import Status
from promotion.core.steps.batch import RetireBatchOrder
from promotion.core.steps.online import RetireOrder, RetireReceipt
from promotion.core.steps.orchestrations import RetirementOrder
from promotion.core.ways.batch import BatchPlan
from promotion.orchestrators.work import Limit, Steps, Work, turn


def retire(ctx: OrchestrationContext, order: Any) -> Steps[Any]:
    """Wait, then remove each replaced deployment. Input: a RetirementOrder; output: what stays.

    The delivery has said at its end that they are kept. Until then going back is only a change of
    traffic, or of the default of a batch endpoint. A deployment that serves again in the meantime
    is kept; if it is replaced once more, that retirement removes it.
    """
    ordered = RetirementOrder.model_validate(order)
    stage = ordered.stage
    work = Work(ctx, ordered.context, ordered.timing, Status.WAITING)
    place, me = turn(stage.lock), ctx.instance_id
    if stage.keep_previous:
        yield ctx.create_timer(stage.keep_previous)
    kept = []
    with (yield ctx.lock_entities([place])):
        limit = Limit(work.now + stage.time_limit, "time_limit in the policy")
        for previous in (yield ctx.call_entity(place, "retire", me)):
            kept += yield from _retire_one(work, ordered, previous, limit)
    return {"kept": kept}


def _retire_one(
    work: Work, order: RetirementOrder, previous: str, limit: Limit
) -> Steps[list[str]]:
    """Why it stays; nothing when it is gone."""
    target = order.stage.target
    kind = RetireBatchOrder if isinstance(order.stage, BatchPlan) else RetireOrder
    retirement = kind(context=order.context, target=target, previous=previous)
    try:
        receipt = yield from work.settle(retirement, RetireReceipt, limit=limit)
    except Terminal as error:
        yield from work.record(
            "retirement_failed", error.failure, endpoint=target.endpoint, deployment=previous
        )
        return [error.failure.reason]
    return [receipt.kept] if receipt.kept else []
