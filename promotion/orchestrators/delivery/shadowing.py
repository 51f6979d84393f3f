"""Mirrors traffic to a deployment for a while before it gets any of its own."""

from promotion.core.rollout import Weights
from promotion.core.status import Status
from promotion.core.steps.orchestrations import DeliveryOrder
from promotion.core.steps.verification import MirrorOrder, MirrorReceipt
from promotion.core.ways.online import OnlinePlan
from promotion.orchestrators.delivery.verifying import verify
from promotion.orchestrators.work import Limit, Steps, Work


def shadow(
    work: Work, order: DeliveryOrder, stage: OnlinePlan, before: Weights, limit: Limit
) -> Steps[None]:
    """Returns when the deployment has been a shadow as long as the policy wants, and did well.

    Where nothing else serves there is nothing to mirror, and a deployment that has live traffic
    already cannot be a shadow. Raises Terminal with what is not well; the mirror is then still
    there, for whoever takes the rollout back.
    """
    if stage.shadow is None or not before or before.get(stage.target.deployment):
        return
    percent = stage.shadow.mirror
    yield from work.checkpoint()
    work.become(Status.SHIFTING, mirrored=percent)
    yield from _mirror(work, order, stage, limit, expected=0, wanted=percent)
    since = work.now
    work.become(Status.VERIFYING, mirrored=percent)
    yield from work.rest(since + stage.shadow.span)
    yield from verify(work, order, stage, mirrored=percent, before=before, since=since)
    yield from work.checkpoint()
    work.become(Status.SHIFTING, mirrored=0)
    yield from _mirror(work, order, stage, limit, expected=percent, wanted=0)


def _mirror(
    work: Work,
    order: DeliveryOrder,
    stage: OnlinePlan,
    limit: Limit,
    *,
    expected: int,
    wanted: int,
) -> Steps[None]:
    def once_written(given: MirrorOrder, receipt: MirrorReceipt) -> MirrorOrder:
        return given.model_copy(update={"written": receipt.written})

    yield from work.settle(
        MirrorOrder(
            context=order.context,
            target=stage.target,
            expected=expected,
            wanted=wanted,
            started_at=work.now,
        ),
        MirrorReceipt,
        limit=limit,
        following=once_written,
    )
