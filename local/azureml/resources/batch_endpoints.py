"""Batch endpoints: created, given a default deployment and deleted, over time."""

from typing import Any

from local.azureml.errors import not_found, user_error
from local.azureml.resources import lookup, online_endpoints, operations
from local.azureml.store.batch import BatchEndpoint
from local.azureml.store.clock import stamp
from local.azureml.store.operations import Operation
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply

_NOBODY = "00000000-0000-0000-0000-000000000000"


def find(call: Call, workspace: Workspace) -> BatchEndpoint:
    """The endpoint of the path, or the recorded 404."""
    name = call.params["endpoint"]
    if endpoint := workspace.batch_endpoints.get(name.lower()):
        return endpoint
    raise not_found(f"There is no endpoint with name: {name} in {workspace.name}", "NoSuchEndpoint")


def get(call: Call) -> Reply:
    return Reply(body=find(call, lookup.workspace(call)).body)


def list_all(call: Call) -> Reply:
    endpoints = lookup.workspace(call).batch_endpoints.values()
    return Reply(body={"value": [endpoint.body for endpoint in endpoints]})


def put(call: Call) -> Reply:
    """Creates or changes; the new default deployment is in force once the operation has ended."""
    workspace = lookup.workspace(call)
    name = call.params["endpoint"]
    endpoint = workspace.batch_endpoints.get(name.lower())
    online_endpoints.refuse_while_busy("endpoint", endpoint)
    default = _asked_default(call, endpoint)
    if endpoint is None:
        endpoint = _created(call, workspace, name)
    else:
        endpoint.state = "Updating"
    _write(call, endpoint)

    def settle(done: Operation) -> None:
        endpoint.state = "Failed" if done.error else "Succeeded"
        if not done.error:
            properties = endpoint.body["properties"]
            base = f"{call.cloud.url}/scoring/{workspace.location}/{endpoint.name}"
            properties["scoringUri"] = f"{base}/jobs"
            properties["defaults"] = {"deploymentName": default}
        endpoint.body["systemData"]["lastModifiedAt"] = stamp(done.due)

    status, headers = operations.start_arm(call, workspace, "be", "endpoint", settle)
    endpoint.body["properties"]["properties"]["AzureAsyncOperationUri"] = status
    location = f"{call.cloud.url}{endpoint.body['id']}?api-version={call.api_version}"
    return Reply(201, endpoint.body, {**headers, "Location": location})


def patch(call: Call) -> Reply:
    """Replaces the tags, and never touches the default deployment.

    Source: https://learn.microsoft.com/rest/api/azureml/batch-endpoints/update
    """
    workspace = lookup.workspace(call)
    endpoint = find(call, workspace)
    online_endpoints.refuse_while_busy("endpoint", endpoint)
    if unknown := set(call.body) - {"tags", "identity"}:
        raise user_error(400, f"An update of an endpoint takes no {', '.join(sorted(unknown))}.")
    if "tags" in call.body:
        endpoint.body["tags"] = lookup.tags(call)
    endpoint.state = "Updating"

    def settle(done: Operation) -> None:
        endpoint.state = "Failed" if done.error else "Succeeded"
        endpoint.body["systemData"]["lastModifiedAt"] = stamp(done.due)

    status, headers = operations.start_arm(call, workspace, "be", "endpoint", settle)
    endpoint.body["properties"]["properties"]["AzureAsyncOperationUri"] = status
    return Reply(202, endpoint.body, headers)


def delete(call: Call) -> Reply:
    """Deletes the endpoint with its deployments; 204 where there is none."""
    workspace = lookup.workspace(call)
    endpoint = workspace.batch_endpoints.get(call.params["endpoint"].lower())
    if endpoint is None:
        return Reply(204)
    online_endpoints.refuse_while_busy("endpoint", endpoint)
    endpoint.state = "Deleting"

    def settle(done: Operation) -> None:
        if done.error:
            endpoint.state = "Failed"
        else:
            workspace.batch_endpoints.pop(endpoint.name.lower(), None)

    _, headers = operations.start_arm(call, workspace, "be", "delete", settle)
    return Reply(202, None, headers)


def _asked_default(call: Call, endpoint: BatchEndpoint | None) -> str | None:
    """What Azure says of a default that is not there is not evidenced."""
    name = (call.properties.get("defaults") or {}).get("deploymentName")
    if name and (endpoint is None or name not in endpoint.deployments):
        raise user_error(400, f"The default deployment {name} does not exist.")
    return name or None


def _created(call: Call, workspace: Workspace, name: str) -> BatchEndpoint:
    _check_unique(call, workspace, name)
    now = stamp()
    body = {
        "id": f"{workspace.id}/batchEndpoints/{name}",
        "name": name,
        "type": "Microsoft.MachineLearningServices/workspaces/batchEndpoints",
        "properties": {
            "description": None,
            "properties": {},
            "scoringUri": None,
            "swaggerUri": None,
            "authMode": "AADToken",
            "defaults": {"deploymentName": None},
            "provisioningState": "Creating",
        },
        "systemData": {"createdAt": now, "createdBy": lookup.CREATED_BY, "lastModifiedAt": now},
        "tags": {},
        "location": workspace.location,
        "identity": {"type": "None", "principalId": _NOBODY, "tenantId": _NOBODY},
    }
    endpoint = workspace.batch_endpoints[name.lower()] = BatchEndpoint(name, body)
    return endpoint


def _check_unique(call: Call, workspace: Workspace, name: str) -> None:
    """Endpoints of both kinds are hosts of one zone."""
    store, wanted = call.cloud.store, name.lower()
    taken: list[Any] = [found for _, found in store.batch_endpoints(workspace.location)]
    taken += [found for _, found in store.online_endpoints(workspace.location)]
    if any(found.name.lower() == wanted for found in taken):
        message = (
            "There is already an endpoint with this name, "
            "Endpoint name needs to be unique within a region"
        )
        raise user_error(400, message)


def _write(call: Call, endpoint: BatchEndpoint) -> None:
    """What takes effect at once. A PUT is the whole truth: what it leaves out is gone."""
    asked = call.properties
    endpoint.body["tags"] = lookup.tags(call)
    properties = endpoint.body["properties"]
    properties["description"] = asked.get("description")
    properties["properties"] = {
        "BatchEndpointCreationApiVersion": call.api_version,
        **(asked.get("properties") or {}),
        # Recorded: it does say onlineendpoints.
        "azureml.onlineendpointid": endpoint.body["id"]
        .lower()
        .replace("/batchendpoints/", "/onlineendpoints/"),
    }
    endpoint.body["systemData"]["lastModifiedAt"] = stamp()
