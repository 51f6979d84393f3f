"""Asks Azure for the deployment of this version, beside the live one."""

from promotion import audit
from promotion.azureml import deployments
from promotion.core.steps.base import Receipt
from promotion.core.steps.online import DeployOrder


def create_deployment(order: DeployOrder) -> Receipt:
    """Azure has taken the order; making the deployment takes it 10 to 20 minutes."""
    deployments.create_deployment(order)
    audit.emit(
        "deploying",
        order.context,
        endpoint=order.target.endpoint,
        deployment=order.target.deployment,
        workspace=order.target.workspace.name,
    )
    return Receipt()
