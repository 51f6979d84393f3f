"""Run history: the only place that tells of a pipeline's step, and of whose step it is.

It is on the host of the workspace's MLflow tracking URI, and takes the same token.
"""

from typing import Any

from local.azureml.errors import user_error
from local.azureml.resources import lookup
from local.azureml.store.jobs import Job, end_of, root_of
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply


def get(call: Call) -> Reply:
    workspace = lookup.workspace(call)
    return Reply(body=_run(workspace, _find(call, workspace)))


def children(call: Call) -> Reply:
    """The steps of a pipeline: one level down."""
    workspace = lookup.workspace(call)
    parent = _find(call, workspace).name
    found = [_run(workspace, job) for job in workspace.jobs.values() if job.parent == parent]
    return Reply(body={"value": found})


def _find(call: Call, workspace: Workspace) -> Job:
    name = call.params["run"]
    if job := workspace.jobs.get(name):
        return job
    raise user_error(404, f"Run {name} was not found", inner="NotFoundError")


def _run(workspace: Workspace, job: Job) -> dict[str, Any]:
    """The recorded fields that say something here. Properties and tags are the step's own.

    What git knew is on the pipeline, because azure-ai-ml writes it where a job is submitted.
    """
    root = root_of(workspace.jobs, job)
    return {
        "runId": job.name,
        "parentRunId": job.parent,
        "rootRunId": root,
        "experimentId": workspace.guid,
        "status": job.status,
        "createdUtc": job.created,
        "createdBy": {"userName": lookup.CREATED_BY, "userTenantId": None},
        "startTimeUtc": job.created,
        "endTimeUtc": end_of(job),
        "displayName": job.display or job.name,
        "name": job.display or job.name,
        "description": None,
        "dataContainerId": f"dcid.{job.name}",
        "runType": _kind(job),
        "properties": {**(_step(root) if job.parent else {}), **job.properties},
        "tags": {**({"azureml.pipeline": root} if job.parent else {}), **job.tags},
        "services": {},
        "hidden": False,
        "error": _error(job),
    }


def _kind(job: Job) -> str:
    if job.type == "Pipeline":
        return "azureml.PipelineRun"
    return "azureml.StepRun" if job.parent else "azureml.scriptrun"


def _step(root: str) -> dict[str, str]:
    return {
        "azureml.runsource": "azureml.StepRun",
        "azureml.pipeline": root,
        "azureml.pipelinerunid": root,
        "azureml.DevPlatv2": "true",
    }


def _error(job: Job) -> dict[str, Any] | None:
    """Run history's ErrorResponse: the only place that says why a job failed."""
    if job.error is None:
        return None
    root = {"code": job.error.get("code", "UserError"), "message": job.error.get("message")}
    return {"error": {**root, "details": job.error.get("details") or []}, "time": end_of(job)}
