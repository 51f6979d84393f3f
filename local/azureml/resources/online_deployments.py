"""Deployments of an online endpoint."""

import copy
import time
from typing import Any, Final

from local.azureml.errors import AzureError, detail, not_found, user_error
from local.azureml.resources import deployed_models, lookup, online_endpoints, operations
from local.azureml.store.clock import stamp
from local.azureml.store.endpoints import BUSY, Deployment, OnlineEndpoint
from local.azureml.store.operations import Operation
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply

_PROBE = {
    "failureThreshold": 30,
    "successThreshold": 1,
    "timeout": "PT2S",
    "period": "PT10S",
    "initialDelay": "PT10S",
}


def get(call: Call) -> Reply:
    _, deployment = _find(call, lookup.workspace(call))
    return Reply(body=deployment.body)


def list_all(call: Call) -> Reply:
    endpoint = online_endpoints.find(call, lookup.workspace(call))
    return Reply(body={"value": [found.body for found in endpoint.deployments.values()]})


def get_logs(call: Call) -> Reply:
    _, deployment = _find(call, lookup.workspace(call))
    tail = int(call.body.get("tail") or 100)
    return Reply(body={"content": "".join(f"{line}\n" for line in deployment.logs[-tail:])})


def put(call: Call) -> Reply:
    """Creates or replaces. An update that fails leaves the model that served before."""
    workspace = lookup.workspace(call)
    endpoint = online_endpoints.find(call, workspace)
    name = call.params["deployment"]
    _refuse_while_endpoint_is_busy(endpoint, "create")
    old = endpoint.deployments.get(name)
    online_endpoints.refuse_while_busy("deployment", old)
    model = deployed_models.files(call, workspace, call.properties.get("model"))
    deployment = _written(call, endpoint, name, old)
    endpoint.deployments[name] = deployment

    def settle(done: Operation) -> None:
        _settle(call, deployment, model, done)
        call.cloud.store.traffic.note(endpoint, done.due)

    status, headers = operations.start_arm(call, workspace, "od", "deployment", settle)
    properties = deployment.body["properties"]
    properties["properties"] = {**properties["properties"], "AzureAsyncOperationUri": status}
    call.cloud.store.traffic.note(endpoint, time.time())
    location = f"{call.cloud.url}{deployment.body['id']}?api-version={call.api_version}"
    return Reply(201, deployment.body, {**headers, "Location": location})


def delete(call: Call) -> Reply:
    """A deployment that has traffic stays; one that is not there is already gone (204)."""
    workspace = lookup.workspace(call)
    endpoint = online_endpoints.find(call, workspace)
    name = call.params["deployment"]
    deployment = endpoint.deployments.get(name)
    if deployment is None:
        return Reply(204)
    # Its traffic may be about to grow: what a change of traffic names must not go away meanwhile.
    _refuse_while_endpoint_is_busy(endpoint, "delete")
    online_endpoints.refuse_while_busy("deployment", deployment)
    _refuse_with_traffic(endpoint, name)
    deployment.state = "Deleting"

    def settle(done: Operation) -> None:
        if done.error:
            deployment.state = "Failed"
        else:
            endpoint.deployments.pop(name, None)
        call.cloud.store.traffic.note(endpoint, done.due)

    _, headers = operations.start_arm(call, workspace, "od", "delete", settle)
    call.cloud.store.traffic.note(endpoint, time.time())
    return Reply(202, None, headers)


def _find(call: Call, workspace: Workspace) -> tuple[OnlineEndpoint, Deployment]:
    endpoint = online_endpoints.find(call, workspace)
    name = call.params["deployment"]
    if deployment := endpoint.deployments.get(name):
        return endpoint, deployment
    said = f"There is no deployment with name: {name} in endpoint {endpoint.name}"
    raise not_found(said, "NoSuchDeployment")


def _refuse_while_endpoint_is_busy(endpoint: OnlineEndpoint, verb: str) -> None:
    """The wording is that of Azure/azure-sdk-for-net issue 36961; the status is not evidenced."""
    if endpoint.state in BUSY:
        message = (
            f"Cannot {verb} a deployment in endpoint {endpoint.name} "
            f"because it is in {endpoint.state} provisioning state."
        )
        raise AzureError(409, "Conflict", message, [detail("Conflict", message)])


def _refuse_with_traffic(endpoint: OnlineEndpoint, name: str) -> None:
    properties = endpoint.body["properties"]
    weight = properties["traffic"].get(name, 0) or properties["mirrorTraffic"].get(name, 0)
    if weight:
        raise user_error(
            400,
            f"Cannot delete deployment {name} because {weight} percent of the traffic of endpoint "
            f"{endpoint.name} goes to it. Set its traffic to 0 first.",
        )


def _written(call: Call, endpoint: OnlineEndpoint, name: str, old: Deployment | None) -> Deployment:
    now = stamp()
    created = old.body["systemData"]["createdAt"] if old else now
    sku = call.body.get("sku") or {"name": "Default", "capacity": 1}
    body = {
        "id": f"{endpoint.body['id']}/deployments/{name}",
        "name": name,
        "type": "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
        "properties": _properties(call.properties),
        "systemData": {"createdAt": created, "createdBy": lookup.CREATED_BY, "lastModifiedAt": now},
        "tags": lookup.tags(call),
        "location": call.body.get("location") or endpoint.body["location"],
        "kind": "Managed",
        "sku": {"name": sku.get("name", "Default"), "tier": "Standard", **sku},
    }
    return Deployment(name, body, model=old.model if old else None)


_DEFAULT_INSTANCE: Final = {
    "containerResourceRequests": {"cpu": "100m", "memory": "2Gi", "gpu": None},
    "containerResourceLimits": {"cpu": "2", "memory": "8Gi", "gpu": None},
}
"""Of a Kubernetes deployment that states none; the SDK raises AttributeError without it.
Source: https://learn.microsoft.com/azure/machine-learning/how-to-manage-kubernetes-instance-types
"""


def _properties(asked: dict[str, Any]) -> dict[str, Any]:
    """Recorded: the first reply says Updating for a new deployment too, and has no probes yet."""
    properties: dict[str, Any] = {
        "description": None,
        "properties": {},
        "codeConfiguration": None,
        "environmentId": None,
        "environmentVariables": {},
        # The SDK raises AttributeError without it, and no longer sends it.
        "scaleSettings": {"scaleType": "Default"},
        "requestSettings": None,
        "modelMountPath": None,
        "appInsightsEnabled": False,
        "livenessProbe": None,
        "readinessProbe": None,
        "provisioningState": None,
        "instanceType": None,
        "model": None,
        "privateNetworkConnection": False,
        "egressPublicNetworkAccess": "Enabled",
        "endpointComputeType": "Managed",
    }
    properties |= copy.deepcopy({key: value for key, value in asked.items() if value is not None})
    if properties["endpointComputeType"] == "Kubernetes":
        properties.setdefault("containerResourceRequirements", copy.deepcopy(_DEFAULT_INSTANCE))
    properties["requestSettings"] = _request_settings(asked, "PT0S")
    properties["provisioningState"] = "Updating"
    return properties


def _request_settings(asked: dict[str, Any], timeout: str) -> dict[str, Any]:
    defaults = {
        "maxQueueWait": "PT0S",
        "requestTimeout": timeout,
        "maxConcurrentRequestsPerInstance": 1,
    }
    return {**defaults, **(asked.get("requestSettings") or {})}


def _settle(
    call: Call, deployment: Deployment, model: dict[str, bytes] | None, done: Operation
) -> None:
    deployment.state = "Failed" if done.error else "Succeeded"
    if done.error:
        deployment.logs.append(f"{stamp(done.due)} deployment failed: {done.error['message']}")
        return
    properties = deployment.body["properties"]
    properties["requestSettings"] = _request_settings(call.properties, "PT5S")
    for probe in ("livenessProbe", "readinessProbe"):
        properties[probe] = {**_PROBE, **(properties[probe] or {})}
    deployment.model = model
    deployment.logs.append(f"{stamp(done.due)} model {properties['model']} is loaded")
