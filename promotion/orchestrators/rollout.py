"""One endpoint: the new deployment beside the live one, tested, then the traffic or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from durabletask.task import OrchestrationContext

from promotion.core.errors import Failure, Terminal
from promotion.core.rollout import Weights, path
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
    UndoReceipt,
)
from promotion.orchestrators.work import Limit, Steps, Work, turn_at

_WORTH_TELLING: Final = timedelta(seconds=5)
"""A wait for one's turn that is shorter is not recorded."""


@dataclass
class _Way:
    """Where the traffic comes from, the steps that it takes, and whether it has taken one."""

    before: Weights
    steps: Sequence[Weights]
    shifted: bool = False


def rollout(ctx: OrchestrationContext, order: Any) -> Steps[Any]:
    """Bring a version into service at a stage. Input: a RolloutOrder; output: a RolloutResult."""
    ordered = RolloutOrder.model_validate(order)
    work = Work(ctx, ordered.context, ordered.timing, Status.WAITING)
    # One rollout at a time on an endpoint, whichever routes and promotions they belong to.
    with (yield ctx.lock_entities([turn_at(ordered.stage.target)])):
        if work.now - work.started > _WORTH_TELLING:
            endpoint = ordered.stage.target.endpoint
            yield from work.record("waiting", waiting_for="lock", endpoint=endpoint)
        result = yield from _in_turn(work, ordered)
    work.become(result.status)
    return result.to_json()


def _in_turn(work: Work, order: RolloutOrder) -> Steps[RolloutResult]:
    """The rollout itself, while nobody else rolls out to this endpoint."""
    stage, target = order.stage, order.stage.target
    canary = stage.canary
    # The pauses of a canary are meant to be: they are not what may take too long.
    pauses = canary.every * len(canary.steps) if canary else timedelta(0)
    limit = Limit(work.now + stage.time_limit + pauses, "time_limit in the policy")
    work.become(Status.DEPLOYING)
    try:
        endpoint = yield from work.settle(
            EndpointOrder(context=order.context, target=target, yaml=stage.endpoint_yaml),
            EndpointReceipt,
            limit=limit,
        )
    except Terminal as error:  # nothing has been changed that would have to be taken back
        return RolloutResult(stage=stage.name, status=Status.FAILED, failure=error.failure)
    if newer := _newer(order, endpoint.serving):
        return RolloutResult(stage=stage.name, status=Status.SUPERSEDED, failure=newer)
    before = endpoint.traffic
    way = _Way(before, path(before, target.deployment, canary.steps if canary else ()))
    try:
        yield from _deploy(work, order, limit)
        if before != {target.deployment: 100}:  # else this very version serves already
            yield from _verify(work, order)
            yield from _shift(work, order, way, limit)
    except Terminal as error:
        return (yield from _take_back(work, order, way, error.failure))
    replaced = tuple(sorted(set(before) - {target.deployment}))
    return RolloutResult(stage=stage.name, status=Status.SUCCEEDED, replaced=replaced)


def _newer(order: RolloutOrder, serving: dict[str, str]) -> Failure | None:
    """Why this version comes too late: events are unordered, and a newer one was faster."""
    model = order.context.model
    newer = [version for version in serving.values() if model.is_older_than(version)]
    if not newer:
        return None
    return Failure(
        reason=f"{order.stage.target.endpoint} serves {model.name}:{max(newer, key=int)} already, "
        f"which is newer than {model}.",
        remedy="Register the older model again if it is to serve: it gets a newer version.",
        code="NewerVersionServes",
    )


def _deploy(work: Work, order: RolloutOrder, limit: Limit) -> Steps[None]:
    started, stage = work.now, order.stage
    yield from work.perform(
        DeployOrder(
            context=order.context,
            target=stage.target,
            yaml=stage.deployment_yaml,
            path=stage.deployment_path,
            asset_id=order.asset_id,
        ),
        Receipt,
    )
    look = yield from work.settle(
        LookOrder(context=order.context, target=stage.target, started_at=started),
        LookReceipt,
        limit=limit,
    )
    if look.failure is not None:
        raise Terminal.of(look.failure)


def _verify(work: Work, order: RolloutOrder, share: int = 0) -> Steps[None]:
    """Ask the deployment, which has that share of the traffic."""
    work.become(Status.VERIFYING)
    test = order.stage.smoke_test
    if test is None:
        return
    tested = yield from work.perform(
        SmokeTestOrder(context=order.context, target=order.stage.target, test=test, share=share),
        SmokeTestReceipt,
    )
    if tested.failure is not None:
        raise Terminal.of(tested.failure)


def _shift(work: Work, order: RolloutOrder, way: _Way, limit: Limit) -> Steps[None]:
    """Step by step; the deployment is asked again while each step lasts, and after the last."""
    before = way.before
    for number, wanted in enumerate(way.steps, start=1):
        work.become(Status.SHIFTING, traffic=dict(wanted))
        yield from _write(work, order, before, wanted, limit)
        before, way.shifted = wanted, True
        if order.stage.canary is not None and number < len(way.steps):
            yield work.ctx.create_timer(order.stage.canary.every)
        yield from _verify(work, order, wanted[order.stage.target.deployment])


def _write(
    work: Work, order: RolloutOrder, before: Weights, wanted: Weights, limit: Limit
) -> Steps[None]:
    def once_written(given: TrafficOrder, receipt: TrafficReceipt) -> TrafficOrder:
        return given.model_copy(update={"written": receipt.written})

    yield from work.settle(
        TrafficOrder(
            context=order.context,
            target=order.stage.target,
            expected=before,
            wanted=wanted,
            started_at=work.now,
        ),
        TrafficReceipt,
        limit=limit,
        following=once_written,
    )


def _take_back(work: Work, order: RolloutOrder, way: _Way, why: Failure) -> Steps[RolloutResult]:
    """Undo everything; what could not be undone is said beside ``why``."""
    work.become(Status.ROLLING_BACK)
    stage = order.stage

    def once_told(given: UndoOrder, receipt: UndoReceipt) -> UndoOrder:
        return given.model_copy(update={"told": receipt.told})

    until = work.now + timedelta(seconds=order.timing.undo_limit)
    try:
        yield from work.settle(
            UndoOrder(
                context=order.context,
                target=stage.target,
                restore=way.before,
                ours=tuple(way.steps),
                keep=stage.on_failure == "keep",
                shifted=way.shifted,
            ),
            UndoReceipt,
            limit=Limit(until, "PROMOTION_UNDO_LIMIT"),
            following=once_told,
        )
    except Terminal as error:
        both = Failure(
            reason=f"{why.reason} Taking it back failed too: {error.failure.reason}",
            remedy=error.failure.remedy or f"Look at the endpoint {stage.target.endpoint}.",
            code=why.code,
        )
        return RolloutResult(stage=stage.name, status=Status.FAILED, failure=both)
    return RolloutResult(stage=stage.name, status=Status.ROLLED_BACK, failure=why)
