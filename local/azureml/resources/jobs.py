"""Jobs: seeded, and read for their properties (git among them) and their tracking URI.

Recorded: of a pipeline's step ARM gives the name, but no properties. Run history has them.
"""

from typing import Any

from local.azureml.errors import user_error
from local.azureml.resources import lookup
from local.azureml.resources.workspaces import mlflow_uri
from local.azureml.store.jobs import Job
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply


def get(call: Call) -> Reply:
    workspace = lookup.workspace(call)
    name = call.params["name"]
    job = workspace.jobs.get(name)
    if job is None:
        raise user_error(404, f"Run {name} was not found", inner="NotFoundError")
    shown = {} if job.parent else {"properties": _properties(call, workspace, job)}
    return Reply(
        body={
            "id": f"{workspace.id}/jobs/{name}",
            "name": name,
            "type": "Microsoft.MachineLearningServices/workspaces/jobs",
            **shown,
            "systemData": {
                "createdAt": job.created,
                "createdBy": lookup.CREATED_BY,
                "createdByType": "User",
            },
        }
    )


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
        "displayName": job.name,
        "status": job.status,
        "experimentName": job.experiment,
        "services": {
            "Tracking": _service("Tracking", mlflow_uri(call, workspace) + "?"),
            "Studio": _service("Studio", f"{call.cloud.url}/runs/{job.name}?wsid={workspace.id}"),
        },
        "computeId": f"{workspace.id}/computes/cpu-cluster",
        "outputs": {} if pipeline else {"default": output},
        **(_PIPELINE if pipeline else _COMMAND),
    }


def _service(kind: str, endpoint: str) -> dict[str, Any]:
    return {
        "jobServiceType": kind,
        "port": None,
        "endpoint": endpoint,
        "status": None,
        "errorMessage": None,
        "properties": None,
        "nodes": None,
    }
