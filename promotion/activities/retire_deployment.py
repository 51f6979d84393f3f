"""Removes the deployment that served before."""

from promotion import audit
from promotion.azureml import deployments, endpoints
from promotion.core.steps.online import RetireOrder, RetireReceipt


def retire_deployment(order: RetireOrder) -> RetireReceipt:
    """Settled once it is gone; what has got traffic again is kept, and what others made."""
    share = endpoints.traffic_of(order.target).get(order.previous)
    if share:
        return RetireReceipt(kept=f"{order.previous} has {share} % of the traffic again")
    if not deployments.is_ours(order.target, order.previous):
        audit.emit(
            "kept",
            order.context,
            failure=order.not_ours,
            key=order.previous,
            endpoint=order.target.endpoint,
            deployment=order.previous,
        )
        return RetireReceipt(kept=order.not_ours.reason)
    if not deployments.remove_deployment(order.target, order.previous):
        return RetireReceipt(settled=False)
    audit.emit(
        "retired",
        order.context,
        key=order.previous,
        endpoint=order.target.endpoint,
        deployment=order.previous,
    )
    return RetireReceipt()
