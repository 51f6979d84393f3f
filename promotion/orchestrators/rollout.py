"""One stage: the new deployment beside the live one, tested, then all traffic or none."""

from datetime import datetime, timedelta
from typing import Any

from durabletask.entities import EntityInstanceId
from durabletask.task import OrchestrationContext

from promotion.core.errors import Failure, Terminal
from promotion.core.names import lock_name
from promotion.core.status import Status
from promotion.core.steps import (
    DeployOrder,
    EndpointOrder,
    EndpointReceipt,
    LookOrder,
    LookReceipt,
    Receipt,
    RolloutOrder,
    RolloutResult,
    SmokeTestOrder,
    SmokeTestReceipt,
    TrafficOrder,
    TrafficReceipt,
    UndoOrder,
)
from promotion.orchestrators.work import Steps, Work


def rollout(ctx: OrchestrationContext, order: Any) -> Steps[Any]:
    """Bring a version into service at a stage. Input: a RolloutOrder; output: a RolloutResult."""
    ordered = RolloutOrder.model_validate(order)
    work = Work(ctx, ordered.context, ordered.timing, Status.WAITING)
    turn = EntityInstanceId("endpoint", lock_name(ordered.stage.workspace, ordered.stage.endpoint))
    # One rollout at a time on an endpoint, whichever routes and promotions they belong to.
    with (yield ctx.lock_entities([turn])):
        result = yield from _in_turn(work, ordered)
    work.become(result.status)
    return result.to_json()


def _in_turn(work: Work, order: RolloutOrder) -> Steps[RolloutResult]:
    """The rollout itself, while nobody else rolls out to this endpoint."""
    stage = order.stage
    deadline = work.now + stage.time_limit
    work.become(Status.DEPLOYING)
    try:
        endpoint = yield from work.settle(
            EndpointOrder(context=order.context, stage=stage), EndpointReceipt, deadline=deadline
        )
    except Terminal as error:  # nothing has been changed that would have to be taken back
        return RolloutResult(stage=stage.name, status=Status.FAILED, failure=error.failure)
    before = endpoint.traffic
    try:
        yield from _deploy(work, order, deadline)
        if before != {stage.deployment: 100}:  # else this very version serves already
            yield from _verify(work, order)
            yield from _shift(work, order, before, deadline)
    except Terminal as error:
        return (yield from _take_back(work, order, before, error.failure))
    replaced = tuple(sorted(set(before) - {stage.deployment}))
    return RolloutResult(stage=stage.name, status=Status.SUCCEEDED, replaced=replaced)


def _deploy(work: Work, order: RolloutOrder, deadline: datetime) -> Steps[None]:
    started = work.now
    yield from work.perform(
        DeployOrder(context=order.context, stage=order.stage, asset_id=order.asset_id), Receipt
    )
    look = yield from work.settle(
        LookOrder(context=order.context, stage=order.stage, started_at=started),
        LookReceipt,
        deadline=deadline,
    )
    if look.failure is not None:
        raise Terminal.of(look.failure)


def _verify(work: Work, order: RolloutOrder) -> Steps[None]:
    work.become(Status.VERIFYING)
    if order.stage.smoke_test is None:
        return
    tested = yield from work.perform(
        SmokeTestOrder(context=order.context, stage=order.stage, test=order.stage.smoke_test),
        SmokeTestReceipt,
    )
    if tested.failure is not None:
        raise Terminal.of(tested.failure)


def _shift(
    work: Work, order: RolloutOrder, before: dict[str, int], deadline: datetime
) -> Steps[None]:
    work.become(Status.SHIFTING)
    yield from work.settle(
        TrafficOrder(
            context=order.context,
            stage=order.stage,
            expected=before,
            wanted={order.stage.deployment: 100},
            started_at=work.now,
        ),
        TrafficReceipt,
        deadline=deadline,
    )


def _take_back(
    work: Work, order: RolloutOrder, before: dict[str, int], why: Failure
) -> Steps[RolloutResult]:
    """Undo everything; what could not be undone is said beside ``why``."""
    work.become(Status.ROLLING_BACK)
    limit = timedelta(seconds=order.timing.undo_limit)
    try:
        yield from work.settle(
            UndoOrder(context=order.context, stage=order.stage, restore=before),
            Receipt,
            deadline=work.now + limit,
        )
    except Terminal as error:
        both = Failure(
            reason=f"{why.reason} Taking it back failed too: {error.failure.reason}",
            remedy=error.failure.remedy or f"Look at the endpoint {order.stage.endpoint}.",
            code=why.code,
        )
        return RolloutResult(stage=order.stage.name, status=Status.FAILED, failure=both)
    return RolloutResult(stage=order.stage.name, status=Status.ROLLED_BACK, failure=why)
