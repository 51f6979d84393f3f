"""Deployments of a batch endpoint: what the jobs of an invocation will run."""

import copy
from typing import Any

from local.azureml.errors import AzureError, detail, not_found, user_error
from local.azureml.resources import (
    batch_endpoints,
    computes,
    deployed_models,
    lookup,
    online_endpoints,
    operations,
)
from local.azureml.store.batch import BatchEndpoint
from local.azureml.store.clock import stamp
from local.azureml.store.endpoints import BUSY, Deployment
from local.azureml.store.operations import Operation
from local.azureml.wire import Call, Reply


def get(call: Call) -> Reply:
    endpoint = batch_endpoints.find(call, lookup.workspace(call))
    return Reply(body=_find(call, endpoint).body)


def list_all(call: Call) -> Reply:
    endpoint = batch_endpoints.find(call, lookup.workspace(call))
    return Reply(body={"value": [found.body for found in endpoint.deployments.values()]})


def put(call: Call) -> Reply:
    """Creates or replaces. An update that fails leaves the model that answered before."""
    workspace = lookup.workspace(call)
    endpoint = batch_endpoints.find(call, workspace)
    name = call.params["deployment"]
    _refuse_while_endpoint_is_busy(endpoint, "create")
    old = endpoint.deployments.get(name)
    online_endpoints.refuse_while_busy("deployment", old)
    computes.referenced(workspace, call.properties.get("compute"))
    model = deployed_models.files(call, workspace, _model(call.properties))
    deployment = endpoint.deployments[name] = _written(call, endpoint, name, old)

    def settle(done: Operation) -> None:
        deployment.state = "Failed" if done.error else "Succeeded"
        if not done.error:
            deployment.model = model

    # Recorded: unlike an endpoint's, its properties do not tell the operation's address.
    _, headers = operations.start_arm(call, workspace, "bdbes", "deployment", settle)
    location = f"{call.cloud.url}{deployment.body['id']}?api-version={call.api_version}"
    return Reply(201, deployment.body, {**headers, "Location": location})


def delete(call: Call) -> Reply:
    """204 where there is none. What Azure says of the default deployment is not evidenced."""
    workspace = lookup.workspace(call)
    endpoint = batch_endpoints.find(call, workspace)
    name = call.params["deployment"]
    deployment = endpoint.deployments.get(name)
    if deployment is None:
        return Reply(204)
    _refuse_while_endpoint_is_busy(endpoint, "delete")
    online_endpoints.refuse_while_busy("deployment", deployment)
    if endpoint.default == name:
        said = f"Cannot delete deployment {name}: it is the default of endpoint {endpoint.name}."
        raise user_error(400, said)
    deployment.state = "Deleting"

    def settle(done: Operation) -> None:
        if done.error:
            deployment.state = "Failed"
        else:
            endpoint.deployments.pop(name, None)

    _, headers = operations.start_arm(call, workspace, "bdbes", "delete", settle)
    return Reply(202, None, headers)


def _find(call: Call, endpoint: BatchEndpoint) -> Deployment:
    name = call.params["deployment"]
    if deployment := endpoint.deployments.get(name):
        return deployment
    said = f"There is no deployment with name: {name} in endpoint {endpoint.name}"
    raise not_found(said, "NoSuchDeployment")


def _refuse_while_endpoint_is_busy(endpoint: BatchEndpoint, verb: str) -> None:
    if endpoint.state in BUSY:
        message = (
            f"Cannot {verb} a deployment in endpoint {endpoint.name} "
            f"because it is in {endpoint.state} provisioning state."
        )
        raise AzureError(409, "Conflict", message, [detail("Conflict", message)])


def _model(asked: dict[str, Any]) -> str | None:
    """Recorded: the model is an object here. A pipeline component deployment has none."""
    model = asked.get("model")
    return model.get("assetId") if isinstance(model, dict) else model


def _written(call: Call, endpoint: BatchEndpoint, name: str, old: Deployment | None) -> Deployment:
    now = stamp()
    created = old.body["systemData"]["createdAt"] if old else now
    body = {
        "id": f"{endpoint.body['id']}/deployments/{name}",
        "name": name,
        "type": "Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments",
        "properties": _properties(call.properties),
        "systemData": {"createdAt": created, "createdBy": lookup.CREATED_BY, "lastModifiedAt": now},
        "tags": lookup.tags(call),
        "location": call.body.get("location") or endpoint.body["location"],
    }
    return Deployment(name, body, model=old.model if old else None)


def _properties(asked: dict[str, Any]) -> dict[str, Any]:
    """The recorded properties with Azure's defaults where the request has none."""
    defaults: dict[str, Any] = {
        "description": None,
        "properties": {},
        "codeConfiguration": None,
        "environmentId": None,
        "environmentVariables": {},
        "compute": None,
        "errorThreshold": -1,
        "retrySettings": {"maxRetries": 3, "timeout": "PT30S"},
        "miniBatchSize": 10,
        "loggingLevel": "Info",
        "model": None,
        "maxConcurrencyPerInstance": 1,
        "outputAction": "AppendRow",
        "outputFileName": "predictions.csv",
        "resources": {"instanceCount": 1, "instanceType": None, "properties": None},
    }
    given = {key: value for key, value in asked.items() if value is not None}
    return {**defaults, **copy.deepcopy(given), "provisioningState": "Updating"}
