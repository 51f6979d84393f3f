"""Invocations of a batch endpoint: each is a job of the workspace."""

import uuid
from typing import Any

from local.azureml.errors import PlainError, service_error
from local.azureml.resources import batch_endpoints, batch_predictions, job_runs, lookup
from local.azureml.resources.jobs import service
from local.azureml.resources.scoring import CHOICE
from local.azureml.resources.workspaces import mlflow_uri
from local.azureml.store.batch import BatchEndpoint, Invocation
from local.azureml.store.endpoints import Deployment
from local.azureml.store.jobs import Job
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply

_STEP = "batchscoring"


def invoke(call: Call) -> Reply:
    """POST to the scoring URI: 201 with the job, which has only been submitted."""
    workspace, endpoint = _endpoint(call)
    if not call.bearer:
        raise PlainError(401, _error("UserError", "A token is missing."))
    deployment = _deployment(call, endpoint)
    inputs = call.properties.get("inputData") or {}
    job = _job(endpoint, deployment, call.properties)

    def work() -> dict[str, Any] | None:
        return batch_predictions.run(call, workspace, job, deployment, inputs)

    job_runs.start(call, workspace, job, [_STEP], work)
    invocation = Invocation(deployment, job, inputs)
    endpoint.invocations.append(invocation)
    return Reply(201, _body(call, workspace, invocation), {CHOICE: deployment.name})


def list_jobs(call: Call) -> Reply:
    """The jobs of an endpoint, or of one of its deployments, as its invocations were answered."""
    workspace = lookup.workspace(call)
    wanted = call.params.get("deployment")
    invocations = batch_endpoints.find(call, workspace).invocations
    found = [one for one in invocations if wanted in (None, one.deployment.name)]
    return Reply(body={"value": [_body(call, workspace, one) for one in found]})


def _endpoint(call: Call) -> tuple[Workspace, BatchEndpoint]:
    """On Azure the name is a host of its own; a name that nobody has does not resolve there."""
    name = call.params["endpoint"].lower()
    for workspace, endpoint in call.cloud.store.batch_endpoints(call.params["location"]):
        if endpoint.name.lower() == name and endpoint.body["properties"]["scoringUri"]:
            return workspace, endpoint
    raise PlainError(404, "Not Found")


def _deployment(call: Call, endpoint: BatchEndpoint) -> Deployment:
    """By header, else the default one. What Azure says where there is none is not evidenced."""
    name = call.headers.get(CHOICE) or endpoint.default
    if name is None:
        message = f"Endpoint {endpoint.name} has no default deployment."
        raise PlainError(400, _error("BadRequest", message))
    deployment = endpoint.deployments.get(name)
    if deployment is None:
        message = f"There is no deployment with name: {name} in endpoint {endpoint.name}"
        raise PlainError(404, _error("NotFound", message))
    if deployment.state != "Succeeded":
        message = f"Deployment {name} is in {deployment.state} provisioning state."
        raise PlainError(400, _error("BadRequest", message))
    return deployment


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": service_error(code, message)}


def _job(endpoint: BatchEndpoint, deployment: Deployment, asked: dict[str, Any]) -> Job:
    """The job as `jobs.get` of its name shows it. The name that is asked for is for display only:
    recorded replies have a GUID as the job's name, and the other one in `properties`.
    """
    settings = deployment.body["properties"]
    about = f"Pipeline submission for endpoint: {endpoint.name}, deployment: {deployment.name}."
    return Job(
        name=f"batchjob-{uuid.uuid4()}",
        experiment=(asked.get("properties") or {}).get("experimentName") or endpoint.name,
        display=asked.get("name"),
        status="Preparing",
        type="Pipeline",
        tags={
            "azureml.batchrun": "true",
            "azureml.deploymentname": deployment.name,
            "azureml.jobtype": "azureml.batchjob",
        },
        properties={"azureml.pipelineComponent": "pipelinerun", "runSource": "Unavailable"},
        definition={
            "description": about,
            "computeId": settings["compute"],
            "jobType": "Pipeline",
            "settings": None,
            "jobs": None,
            "inputs": None,
            "outputs": None,
        },
    )


def _body(call: Call, workspace: Workspace, invocation: Invocation) -> dict[str, Any]:
    deployment, job, inputs = invocation.deployment, invocation.job, invocation.inputs
    settings = deployment.body["properties"]
    tracking = mlflow_uri(call, workspace) + "?"
    studio = f"{call.cloud.url}/runs/{job.name}?wsid={workspace.id}"
    mounted = {"description": None, "mode": "ReadOnlyMount"}
    return {
        "id": f"{deployment.body['id']}/jobs/{job.name}",
        "name": job.name,
        "type": f"{deployment.body['type']}/jobs",
        "properties": {
            "provisioningState": "Succeeded",
            "inputData": {name: {**mounted, **given} for name, given in inputs.items()},
            "compute": {"target": settings["compute"], "instanceCount": None, "isLocal": False},
            "output": {"datastoreId": None, "path": None},
            "retrySettings": settings["retrySettings"],
            "status": job.status,
            "interactionEndpoints": {
                "Tracking": service("Tracking", tracking),
                "Studio": service("Studio", studio),
            },
            "tags": {"outputType": "output_data", "inputType": "input_data", **job.tags},
            "properties": job.properties,
            "name": job.display or job.name,
        },
        "systemData": {"createdAt": job.created, "createdBy": "local stand-in"},
    }
