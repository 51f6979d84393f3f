"""Takes a rollout back: the traffic to where it was, the new deployment away."""

from promotion.azureml import deployments, endpoints
from promotion.core.steps import Receipt, UndoOrder


def undo(order: UndoOrder) -> Receipt:
    """Settled once the traffic is where it was and what this promotion made is gone."""
    target = order.target
    if not endpoints.take_back_traffic(target, order.restore):
        return Receipt(settled=False)
    if target.deployment in order.restore:
        return Receipt()  # it served before this rollout began
    promotion = order.context.promotion_id
    gone = deployments.remove_deployment(target, target.deployment, only_of=promotion)
    return Receipt(settled=gone)
