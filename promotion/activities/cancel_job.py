"""Stops a job for which nobody waits any more."""

from datetime import UTC, datetime

from promotion import audit
from promotion.azureml import pipeline_jobs
from promotion.core.steps.base import Receipt
from promotion.core.steps.job import CancelJobOrder


def cancel_job(order: CancelJobOrder) -> Receipt:
    """Settled once it has ended, or if it never began; somebody else's job goes on."""
    promotion = order.context.promotion_id
    found = pipeline_jobs.cancel_job(order.workspace, order.job, only_of=promotion)
    if found is None:
        return Receipt()
    if not found.ended:
        return Receipt(settled=False, note=f"the job {order.job} is {found.state}")
    audit.emit(
        "job_ended",
        order.context,
        reason=order.reason,
        measurements={"duration_ms": audit.milliseconds(datetime.now(UTC) - order.started_at)},
        job=order.job,
        studio=found.studio,
        outcome=found.state,
        workspace=order.workspace.name,
    )
    return Receipt()
