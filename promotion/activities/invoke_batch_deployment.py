"""Starts the test job of the new deployment."""

from promotion import audit
from promotion.azureml.batch_invocation import invoke
from promotion.core.steps.batch import InvokeOrder, InvokeReceipt


def invoke_batch_deployment(order: InvokeOrder) -> InvokeReceipt:
    """Azure has the job; one that was started before is found by its mark."""
    receipt = invoke(order)
    audit.emit(
        "job_submitted",
        order.context,
        job=receipt.job,
        studio=receipt.studio,
        input=order.test.data,
        endpoint=order.target.endpoint,
        deployment=order.target.deployment,
        workspace=order.target.workspace.name,
    )
    return receipt
