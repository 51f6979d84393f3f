"""How a job goes: it prepares, runs and ends, over the time that the clock has for jobs."""

import uuid
from collections.abc import Callable
from typing import Any

from local.azureml.store.clock import stamp
from local.azureml.store.jobs import ENDED, Job
from local.azureml.store.operations import Operation
from local.azureml.store.places import Workspace
from local.azureml.wire import Call

Work = Callable[[], dict[str, Any] | None]
"""What the job does; the error that it ends with, if it does."""


def start(call: Call, workspace: Workspace, job: Job, steps: list[str], work: Work) -> None:
    """Preparing at once (recorded), Running after half of its time, then Completed or Failed."""
    workspace.jobs[job.name] = job
    under = [_step(workspace, job, name) for name in steps]
    error = call.operation_error or _switched(call)

    def run(_: Operation) -> None:
        for one in (job, *under):
            if one.status == "Preparing":
                one.status = "Running"

    def end(done: Operation) -> None:
        if job.status in ENDED or job.status == "CancelRequested":
            return
        job.error = error or work()
        for one in (job, *under):
            one.error = job.error
            one.status = "Failed" if job.error else "Completed"
            one.ended = stamp(done.due)

    seconds = call.cloud.settings.seconds["job"]
    call.cloud.store.operations.start(seconds / 2, run)
    call.cloud.store.operations.start(seconds, end)


def cancel(workspace: Workspace, job: Job, done: Operation) -> None:
    """Ends the job and its steps, unless they have ended by themselves."""
    for one in (job, *(found for found in workspace.jobs.values() if found.parent == job.name)):
        if one.status not in ENDED:
            one.status, one.ended = "Canceled", stamp(done.due)


def _step(workspace: Workspace, job: Job, name: str) -> Job:
    step = Job(
        name=str(uuid.uuid4()),
        experiment=job.experiment,
        status=job.status,
        parent=job.name,
        display=name,
    )
    workspace.jobs[step.name] = step
    return step


def _switched(call: Call) -> dict[str, Any] | None:
    reason = call.cloud.settings.failing_jobs
    return {"code": "UserError", "message": reason} if reason else None
