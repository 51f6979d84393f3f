"""Looks how far Azure is with the deployment."""

from datetime import UTC, datetime

from promotion import audit
from promotion.azureml import deployments
from promotion.azureml.operations import SUCCEEDED
from promotion.core.steps.online import LookOrder, LookReceipt


def look_at_deployment(order: LookOrder) -> LookReceipt:
    """The deployment's state; settled when it stands, or when Azure could not make it."""
    state, failure = deployments.look_at_deployment(order.target)
    if state == SUCCEEDED:
        audit.emit(
            "deployed",
            order.context,
            measurements={"duration_ms": audit.milliseconds(datetime.now(UTC) - order.started_at)},
            endpoint=order.target.endpoint,
            deployment=order.target.deployment,
        )
    settled = failure is not None or state == SUCCEEDED
    return LookReceipt(settled=settled, state=state, failure=failure)
