"""Looks how far Azure is with the batch deployment."""

from datetime import UTC, datetime

from promotion import audit
from promotion.azureml import batch_deployments
from promotion.azureml.operations import SUCCEEDED
from promotion.core.steps.batch import BatchLookOrder
from promotion.core.steps.online import LookReceipt


def look_at_batch_deployment(order: BatchLookOrder) -> LookReceipt:
    """The deployment's state; settled when it stands, or when Azure could not make it."""
    target = order.target
    state, failure = batch_deployments.look_at_batch_deployment(target, order.operation)
    if failure is not None:
        return LookReceipt(state=state, failure=failure)
    if state != SUCCEEDED:
        note = f"the deployment {target.deployment} is {state}"
        return LookReceipt(settled=False, state=state, note=note)
    audit.emit(
        "deployed",
        order.context,
        measurements={"duration_ms": audit.milliseconds(datetime.now(UTC) - order.started_at)},
        endpoint=target.endpoint,
        deployment=target.deployment,
    )
    return LookReceipt(state=state)
