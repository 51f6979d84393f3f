"""Asks Azure for the batch deployment of this version, beside the default one."""

from promotion import audit
from promotion.azureml import batch_deployments
from promotion.core.steps.batch import BatchDeployOrder, BatchDeployReceipt


def create_batch_deployment(order: BatchDeployOrder) -> BatchDeployReceipt:
    """Azure has taken the order."""
    operation = batch_deployments.create_batch_deployment(order)
    audit.emit(
        "deploying",
        order.context,
        endpoint=order.target.endpoint,
        deployment=order.target.deployment,
        workspace=order.target.workspace.name,
    )
    return BatchDeployReceipt(operation=operation)
