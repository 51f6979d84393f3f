"""Delivers a version at a stage, when it is its turn there."""

from datetime import timedelta
from typing import Any, Final

from durabletask.task import OrchestrationContext

from promotion.core.errors import Failure
from promotion.core.status import Status
from promotion.core.steps.orchestrations import DeliveryOrder, DeliveryResult
from promotion.core.ways.batch import BatchPlan
from promotion.core.ways.handover import HandoverPlan
from promotion.core.ways.job import JobPlan
from promotion.core.ways.online import OnlinePlan
from promotion.core.ways.register import RegisterPlan
from promotion.orchestrators.control import Control
from promotion.orchestrators.delivery import batch, handover, job, online, register
from promotion.orchestrators.events import Stopped
from promotion.orchestrators.work import Steps, Work, turn

_WORTH_TELLING: Final = timedelta(seconds=5)
"""A wait for one's turn that is shorter is not recorded."""


def deliver(ctx: OrchestrationContext, order: Any) -> Steps[Any]:
    """Deliver a version at a stage. Input: a DeliveryOrder; output: a DeliveryResult."""
    ordered = DeliveryOrder.model_validate(order)
    work = Work(ctx, ordered.context, ordered.timing, Status.WAITING)
    # One delivery at a time, whichever routes and promotions they belong to.
    place = turn(ordered.stage.turn(ordered.context.model))
    with (yield ctx.lock_entities([place])):
        if work.now - work.started > _WORTH_TELLING:
            yield from work.record("waiting", waiting_for="lock")
        work.listener = control = Control(work)
        try:
            yield from control.checkpoint()
            result = yield from _its_way(work, ordered)
        except Stopped as stop:
            result = _ended(ordered, Status.FAILED, stop.failure)
        if result.replaced and ordered.retirement:
            # Before anybody else has the turn: an earlier retirement must leave them alone.
            kept = {"deployments": list(result.replaced), "retirement": ordered.retirement}
            yield ctx.call_entity(place, "keep", kept)
    result = _as_wanted(result, control.stop)
    if result.status is Status.ROLLED_BACK:
        work.become(Status.ROLLING_BACK)  # if only for a moment
    work.become(result.status)
    return result.to_json()


def _as_wanted(result: DeliveryResult, stop: Stopped | None) -> DeliveryResult:
    """What was stopped ends as whoever stopped it wanted, unless taking it back failed."""
    if stop is None or result.failure != stop.failure:
        return result
    return result.model_copy(update={"status": stop.status})


def _ended(order: DeliveryOrder, status: Status, failure: Failure) -> DeliveryResult:
    return DeliveryResult(stage=order.stage.name, status=status, failure=failure)


def _its_way(work: Work, order: DeliveryOrder) -> Steps[DeliveryResult]:
    match order.stage:
        case BatchPlan() as stage:
            return (yield from batch.deliver(work, order, stage))
        case OnlinePlan() as stage:
            return (yield from online.deliver(work, order, stage))
        case RegisterPlan() as stage:
            return (yield from register.deliver(work, order, stage))
        case JobPlan() as stage:
            return (yield from job.deliver(work, order, stage))
        case HandoverPlan() as stage:
            return (yield from handover.deliver(work, order, stage))
    # What a policy may say already and the service cannot do yet is never skipped.
    failure = Failure(
        reason=f"The stage {order.stage.name} asks for {order.stage.way}, which this version of "
        "the service cannot do.",
        remedy="Use a newer version of the service, or take the stage out of the policy.",
        code="NotSupportedYet",
    )
    return _ended(order, Status.FAILED, failure)
