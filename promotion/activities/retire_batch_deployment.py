"""Removes the batch deployment that was the default before."""

from promotion import audit
from promotion.azureml.batch_deployments import remove_batch_deployment
from promotion.azureml.batch_endpoints import is_default
from promotion.core.steps.batch import RetireBatchOrder
from promotion.core.steps.online import RetireReceipt


def retire_batch_deployment(order: RetireBatchOrder) -> RetireReceipt:
    """Settled once it is gone; a deployment that has become the default again is kept."""
    if is_default(order.target, order.previous):
        return RetireReceipt(kept=f"{order.previous} is the default again")
    if not remove_batch_deployment(order.target, order.previous):
        note = f"the deployment {order.previous} is being deleted"
        return RetireReceipt(settled=False, note=note)
    audit.emit(
        "retired",
        order.context,
        key=order.previous,
        endpoint=order.target.endpoint,
        deployment=order.previous,
    )
    return RetireReceipt()
