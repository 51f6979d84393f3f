"""Submits the team's job with the version as its input."""

from promotion import audit
from promotion.azureml import pipeline_jobs
from promotion.core.steps.job import SubmitOrder, SubmitReceipt


def submit_job(order: SubmitOrder) -> SubmitReceipt:
    """Azure has the job; one that was submitted before is found by its name."""
    studio = pipeline_jobs.submit_job(order)
    audit.emit(
        "job_submitted",
        order.context,
        job=order.job,
        studio=studio,
        file=order.path,
        workspace=order.workspace.name,
        registry_path=order.asset_id,
    )
    return SubmitReceipt(studio=studio)
