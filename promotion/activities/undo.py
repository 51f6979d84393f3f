"""Takes a rollout back: the traffic to where it was, the new deployment away."""

from promotion.azureml import deployments, endpoints
from promotion.core.steps import Receipt, UndoOrder


def undo(order: UndoOrder) -> Receipt:
    """Settled once the live deployment has its traffic again and the new one is gone."""
    stage, restore = order.stage, order.restore
    if stage.deployment in restore:
        return Receipt()  # it served before this rollout began: there is nothing to take back
    if not endpoints.take_back_traffic(stage, restore):
        return Receipt(settled=False)
    return Receipt(settled=deployments.remove_deployment(stage, stage.deployment))
