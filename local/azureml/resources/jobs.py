"""Jobs: read for their properties (git among them) and their tracking URI, and cancelled.

Recorded: of a pipeline's step ARM gives the name, but no properties. Run history has them.
"""

from typing import Any

from local.azureml.errors import user_error
from local.azureml.resources import job_runs, lookup, operations
from local.azureml.resources.workspaces import mlflow_uri
from local.azureml.store.jobs import ENDED, Job
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply


def get(call: Call) -> Reply:
    workspace = lookup.workspace(call)
    return Reply(body=body(call, workspace, _find(call, workspace)))


def cancel(call: Call) -> Reply:
    """POST cancel: over once its operation is. What has ended cannot be cancelled (a guess)."""
    workspace = lookup.workspace(call)
    job = _find(call, workspace)
    if job.status in ENDED:
        raise user_error(400, f"Run {job.name} is {job.status} and cannot be cancelled.")
    job.status = "CancelRequested"
    headers = operations.start_cancel(
        call, workspace, job.name, lambda done: job_runs.cancel(workspace, job, done)
    )
    return Reply(202, None, headers)


def _find(call: Call, workspace: Workspace) -> Job:
    name = call.params["name"]
    if job := workspace.jobs.get(name):
        return job
    raise user_error(404, f"Run {name} was not found", inner="NotFoundError")


def body(call: Call, workspace: Workspace, job: Job) -> dict[str, Any]:
    """A job as ARM shows it."""
    shown = {} if job.parent else {"properties": _properties(call, workspace, job)}
    return {
        "id": f"{workspace.id}/jobs/{job.name}",
        "name": job.name,
        "type": "Microsoft.MachineLearningServices/workspaces/jobs",
        **shown,
        "systemData": {
            "createdAt": job.created,
            "createdBy": lookup.CREATED_BY,
            "createdByType": "User",
        },
    }


_COMMAND: dict[str, Any] = {
    "isArchived": False,
    "identity": {"identityType": "AMLToken"},
    "componentId": None,
    "jobType": "Command",
    "resources": {
        "instanceCount": 1,
        "instanceType": None,
        "properties": None,
        "shmSize": "2g",
        "dockerArgs": None,
    },
    "codeId": None,
    "command": "python train.py",
    "environmentId": "azureml:AzureML-sklearn-1.0-ubuntu20.04-py38-cpu:33",
    "inputs": {},
    "distribution": None,
    "autologgerSettings": None,
    "limits": None,
    "environmentVariables": {},
    "parameters": {},
}
"""What the reply has to have, and no reader of ours looks at."""

_PIPELINE: dict[str, Any] = {
    "isArchived": False,
    "identity": None,
    "componentId": None,
    "jobType": "Pipeline",
    "settings": {"_source": "YAML.JOB"},
    "jobs": {},
    "inputs": {},
    "sourceJobId": None,
}
"""The same for a pipeline. Azure has its steps' definitions in `jobs`."""


def _properties(call: Call, workspace: Workspace, job: Job) -> dict[str, Any]:
    datastore = "azureml://datastores/workspaceartifactstore"
    output = {
        "description": None,
        "uri": f"{datastore}/ExperimentRun/dcid.{job.name}",
        "assetName": None,
        "assetVersion": None,
        "mode": "ReadWriteMount",
        "jobOutputType": "uri_folder",
    }
    pipeline = job.type == "Pipeline"
    own = {"azureml.DevPlatv2": "true", "azureml.runsource": "azureml.PipelineRun"}
    return {
        "description": None,
        "tags": job.tags,
        "properties": {**(own if pipeline else {}), **job.properties},
        "displayName": job.display or job.name,
        "status": job.status,
        "experimentName": job.experiment,
        "services": {
            "Tracking": service("Tracking", mlflow_uri(call, workspace) + "?"),
            "Studio": service("Studio", f"{call.cloud.url}/runs/{job.name}?wsid={workspace.id}"),
        },
        "computeId": f"{workspace.id}/computes/cpu-cluster",
        "outputs": {} if pipeline else {"default": output},
        **(_PIPELINE if pipeline else _COMMAND),
        **(job.definition or {}),
    }


def service(kind: str, endpoint: str) -> dict[str, Any]:
    """One entry of a job's `services`."""
    return {
        "jobServiceType": kind,
        "port": None,
        "endpoint": endpoint,
        "status": None,
        "errorMessage": None,
        "properties": None,
        "nodes": None,
    }
