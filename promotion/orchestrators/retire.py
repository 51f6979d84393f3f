"""Removes what a rollout replaced, once it has been kept long enough."""

from typing import Any

from durabletask.task import OrchestrationContext

from promotion.core.errors import Terminal
from promotion.core.status import Status
from promotion.core.steps import RetirementOrder, RetireOrder, RetireReceipt
from promotion.orchestrators.work import Steps, Work


def retire(ctx: OrchestrationContext, order: Any) -> Steps[Any]:
    """Wait, then remove each replaced deployment. Input: a RetirementOrder; output: what stays.

    Until then going back is only a change of traffic. A deployment that has got traffic again in
    the meantime is kept.
    """
    ordered = RetirementOrder.model_validate(order)
    stage = ordered.stage
    work = Work(ctx, ordered.context, ordered.timing, Status.WAITING)
    if stage.keep_previous:
        yield ctx.create_timer(stage.keep_previous)
    deadline = work.now + stage.time_limit
    kept = []
    for previous in ordered.replaced:
        retirement = RetireOrder(context=ordered.context, stage=stage, previous=previous)
        try:
            receipt = yield from work.settle(retirement, RetireReceipt, deadline=deadline)
        except Terminal as error:
            kept.append(error.failure.reason)
            yield from work.record(
                "retirement_failed", error.failure, endpoint=stage.endpoint, deployment=previous
            )
        else:
            kept += [receipt.kept] if receipt.kept else []
    return {"kept": kept}
