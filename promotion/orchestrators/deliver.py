"""Delivers a version at a stage, when it is its turn there."""

from datetime import timedelta
from typing import Any, Final

from durabletask.task import OrchestrationContext

from promotion.core.errors import Failure
from promotion.core.status import Status
from promotion.core.steps.orchestrations import DeliveryOrder, DeliveryResult
from promotion.core.ways.online import OnlinePlan
from promotion.orchestrators.delivery import online
from promotion.orchestrators.work import Steps, Work, turn

_WORTH_TELLING: Final = timedelta(seconds=5)
"""A wait for one's turn that is shorter is not recorded."""


def deliver(ctx: OrchestrationContext, order: Any) -> Steps[Any]:
    """Deliver a version at a stage. Input: a DeliveryOrder; output: a DeliveryResult."""
    ordered = DeliveryOrder.model_validate(order)
    work = Work(ctx, ordered.context, ordered.timing, Status.WAITING)
    # One delivery at a time, whichever routes and promotions they belong to.
    with (yield ctx.lock_entities([turn(ordered.stage, ordered.context.model)])):
        if work.now - work.started > _WORTH_TELLING:
            yield from work.record("waiting", waiting_for="lock")
        result = yield from _its_way(work, ordered)
    work.become(result.status)
    return result.to_json()


def _its_way(work: Work, order: DeliveryOrder) -> Steps[DeliveryResult]:
    match order.stage:
        case OnlinePlan() as stage:
            return (yield from online.deliver(work, order, stage))
    # What a policy may say already and the service cannot do yet is never skipped.
    failure = Failure(
        reason=f"The stage {order.stage.name} asks for {order.stage.way}, which this version of "
        "the service cannot do.",
        remedy="Use a newer version of the service, or take the stage out of the policy.",
        code="NotSupportedYet",
    )
    return DeliveryResult(stage=order.stage.name, status=Status.FAILED, failure=failure)
