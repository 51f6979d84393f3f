"""Asks whether a deployment does what it should, before and after each change of its traffic."""

from promotion.core.errors import Terminal
from promotion.core.status import Status
from promotion.core.steps.online import SmokeTestOrder, SmokeTestReceipt
from promotion.core.steps.orchestrations import DeliveryOrder
from promotion.core.ways.online import OnlinePlan
from promotion.orchestrators.work import Steps, Work


def verify(work: Work, order: DeliveryOrder, stage: OnlinePlan, share: int = 0) -> Steps[None]:
    """Returns when all is well with the deployment, which has that share of the traffic.

    Raises Terminal with what is not.
    """
    work.become(Status.VERIFYING)
    if stage.smoke_test is None:
        return
    tested = yield from work.perform(
        SmokeTestOrder(
            context=order.context, target=stage.target, test=stage.smoke_test, share=share
        ),
        SmokeTestReceipt,
    )
    if tested.failure is not None:
        raise Terminal.of(tested.failure)
