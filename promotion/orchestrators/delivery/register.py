"""A registration in the workspace: one step, after which nothing can fail."""

from promotion.core.errors import Terminal
from promotion.core.status import Status
from promotion.core.steps.orchestrations import DeliveryOrder, DeliveryResult
from promotion.core.steps.register import RegisterOrder, RegisterReceipt
from promotion.core.ways.register import RegisterPlan
from promotion.orchestrators.work import Steps, Work


def deliver(work: Work, order: DeliveryOrder, stage: RegisterPlan) -> Steps[DeliveryResult]:
    """Register the version. It replaces nothing, so there is nothing to take back either."""
    work.become(Status.DEPLOYING)
    try:
        yield from work.perform(
            RegisterOrder(
                context=order.context,
                workspace=stage.workspace,
                asset_id=order.asset_id,
                tags=stage.tags,
            ),
            RegisterReceipt,
        )
    except Terminal as error:
        return DeliveryResult(stage=stage.name, status=Status.FAILED, failure=error.failure)
    return DeliveryResult(stage=stage.name, status=Status.SUCCEEDED)
