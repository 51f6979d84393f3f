"""Looks how far the job is."""

from datetime import UTC, datetime

from promotion import audit
from promotion.azureml import pipeline_jobs
from promotion.core.steps.job import JobLookOrder, JobLookReceipt


def look_at_job(order: JobLookOrder) -> JobLookReceipt:
    """The job's state; settled when it has ended, with the reason if it did not end well."""
    found = pipeline_jobs.look_at_job(order.workspace, order.job)
    if not found.ended:
        note = f"the job {order.job} is {found.state}"
        return JobLookReceipt(settled=False, state=found.state, note=note)
    audit.emit(
        "job_ended",
        order.context,
        failure=found.failure,
        measurements={"duration_ms": audit.milliseconds(datetime.now(UTC) - order.started_at)},
        job=order.job,
        studio=found.studio,
        outcome=found.state,
        workspace=order.workspace.name,
    )
    return JobLookReceipt(state=found.state, failure=found.failure)
