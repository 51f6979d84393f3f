"""Looks how far the test job of the new deployment is."""

from datetime import UTC, datetime

from promotion import audit
from promotion.azureml.batch_tests import cancel_tests
from promotion.azureml.pipeline_jobs import JobState, look_at_job
from promotion.core.errors import Failure
from promotion.core.steps.batch import BatchTestLookOrder, BatchTestLookReceipt


def look_at_batch_test(order: BatchTestLookOrder) -> BatchTestLookReceipt:
    """The job's state; settled when it has ended, with the reason if it did not end well."""
    found = look_at_job(order.target.workspace, order.job)
    if not found.ended:
        note = f"the test job {order.job} is {found.state}"
        return BatchTestLookReceipt(settled=False, state=found.state, note=note)
    # An invocation whose answer was lost may have started a second job.
    cancel_tests(order.target, order.mark, spare=order.job)
    failure = _failure(order.target.deployment, found)
    audit.emit(
        "smoke_tested",
        order.context,
        failure=failure,
        measurements={"duration_ms": audit.milliseconds(datetime.now(UTC) - order.started_at)},
        outcome="failed" if failure else "passed",
        endpoint=order.target.endpoint,
        deployment=order.target.deployment,
        job=order.job,
        studio=found.studio,
    )
    return BatchTestLookReceipt(state=found.state, failure=failure)


def _failure(deployment: str, found: JobState) -> Failure | None:
    if found.failure is None:
        return None
    return Failure(
        reason=f"The deployment {deployment} failed its test. {found.failure.reason}",
        remedy="Mend the model or the sample data, and register a new version.",
        code="BatchTestFailed",
    )
