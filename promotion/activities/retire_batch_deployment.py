"""Removes the batch deployment that was the default before."""

from promotion import audit
from promotion.azureml.batch_deployments import is_ours, remove_batch_deployment
from promotion.azureml.batch_endpoints import is_default
from promotion.core.steps.batch import RetireBatchOrder
from promotion.core.steps.online import RetireReceipt


def retire_batch_deployment(order: RetireBatchOrder) -> RetireReceipt:
    """Settled once it is gone; what is the default again is kept, and what others made."""
    if is_default(order.target, order.previous):
        return RetireReceipt(kept=f"{order.previous} is the default again")
    if not is_ours(order.target, order.previous):
        audit.emit(
            "kept",
            order.context,
            failure=order.not_ours,
            key=order.previous,
            endpoint=order.target.endpoint,
            deployment=order.previous,
        )
        return RetireReceipt(kept=order.not_ours.reason)
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
