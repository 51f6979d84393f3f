"""Online endpoints: created, changed as a whole, and deleted over time.

A PATCH changes tags and identity, never the traffic.
Source: https://learn.microsoft.com/rest/api/azureml/online-endpoints/update
"""

import re
import time
from typing import Any

from local.azureml.errors import AzureError, detail, not_found, user_error
from local.azureml.resources import computes, lookup, operations, traffic
from local.azureml.store.clock import stamp
from local.azureml.store.endpoints import BUSY, OnlineEndpoint
from local.azureml.store.operations import Operation
from local.azureml.store.places import TENANT, Workspace
from local.azureml.wire import Call, Reply

_NAME = re.compile(r"[a-zA-Z](?:[a-zA-Z0-9-]{1,30})[a-zA-Z0-9]")
"""3 to 32 characters, a letter first, no hyphen last: the documented rule for managed endpoints."""


def find(call: Call, workspace: Workspace) -> OnlineEndpoint:
    """The endpoint of the path, or the recorded 404."""
    name = call.params["endpoint"]
    if endpoint := workspace.online_endpoints.get(name.lower()):
        return endpoint
    raise not_found(f"There is no endpoint with name: {name} in {workspace.name}", "NoSuchEndpoint")


def get(call: Call) -> Reply:
    return Reply(body=find(call, lookup.workspace(call)).body)


def list_all(call: Call) -> Reply:
    endpoints = lookup.workspace(call).online_endpoints.values()
    return Reply(body={"value": [endpoint.body for endpoint in endpoints]})


def put(call: Call) -> Reply:
    """Creates or changes. The reply to a change of traffic still shows the old traffic."""
    workspace = lookup.workspace(call)
    name = call.params["endpoint"]
    endpoint = workspace.online_endpoints.get(name.lower())
    refuse_while_busy("endpoint", endpoint)
    computes.referenced(workspace, call.properties.get("compute"))
    asked = traffic.read(call.properties, endpoint)
    if endpoint is None:
        endpoint = _created(call, workspace, name)
        kind = "endpoint"
    else:
        _change(call, endpoint)
        kind = "traffic" if asked.changes(endpoint) else "endpoint"

    def settle(done: Operation) -> None:
        _settle(call, workspace, endpoint, asked, done)

    status, headers = operations.start_arm(call, workspace, "oe", kind, settle)
    endpoint.body["properties"]["properties"]["AzureAsyncOperationUri"] = status
    call.cloud.store.traffic.note(endpoint, time.time())
    location = f"{call.cloud.url}{endpoint.body['id']}?api-version={call.api_version}"
    return Reply(201, endpoint.body, {**headers, "Location": location})


def patch(call: Call) -> Reply:
    """Replaces the tags. It is not evidenced whether Azure merges them instead."""
    workspace = lookup.workspace(call)
    endpoint = find(call, workspace)
    refuse_while_busy("endpoint", endpoint)
    if unknown := set(call.body) - {"tags", "identity"}:
        raise user_error(400, f"An update of an endpoint takes no {', '.join(sorted(unknown))}.")
    if "tags" in call.body:
        endpoint.body["tags"] = lookup.tags(call)
    endpoint.state = "Updating"

    def settle(done: Operation) -> None:
        endpoint.state = "Failed" if done.error else "Succeeded"
        endpoint.body["systemData"]["lastModifiedAt"] = stamp(done.due)

    status, headers = operations.start_arm(call, workspace, "oe", "endpoint", settle)
    endpoint.body["properties"]["properties"]["AzureAsyncOperationUri"] = status
    return Reply(202, endpoint.body, headers)


def delete(call: Call) -> Reply:
    """Deletes the endpoint with its deployments; 204 where there is none."""
    workspace = lookup.workspace(call)
    endpoint = workspace.online_endpoints.get(call.params["endpoint"].lower())
    if endpoint is None:
        return Reply(204)
    refuse_while_busy("endpoint", endpoint)
    endpoint.state = "Deleting"

    def settle(done: Operation) -> None:
        if done.error:
            endpoint.state = "Failed"
            return
        workspace.online_endpoints.pop(endpoint.name.lower(), None)
        endpoint.deployments.clear()
        traffic.clear(endpoint)
        call.cloud.store.traffic.note(endpoint, done.due)

    _, headers = operations.start_arm(call, workspace, "oe", "delete", settle)
    return Reply(202, None, headers)


def refuse_while_busy(what: str, found: Any) -> None:
    """Azure takes one change at a time. The status is not evidenced; the words follow those that
    are known for deployments.
    """
    if found is not None and found.state in BUSY:
        state = found.state
        message = f"Cannot modify {what} {found.name} because it is in {state} provisioning state."
        raise AzureError(409, "Conflict", message, [detail("Conflict", message)])


def _created(call: Call, workspace: Workspace, name: str) -> OnlineEndpoint:
    _check_name(call, workspace, name)
    scope = f"{workspace.id}/onlineEndpoints/{name}"
    now = stamp()
    body = {
        "id": scope,
        "name": name,
        "type": "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
        "properties": {
            "description": None,
            "properties": {},
            "scoringUri": None,
            "swaggerUri": None,
            "authMode": "Key",
            "provisioningState": "Creating",
            "compute": None,
            "traffic": {},
            "mirrorTraffic": {},
            "publicNetworkAccess": "Enabled",
        },
        "systemData": {"createdAt": now, "createdBy": lookup.CREATED_BY, "lastModifiedAt": now},
        "tags": {},
        "location": workspace.location,
        "kind": "Managed",
        "identity": {},
    }
    endpoint = OnlineEndpoint(name, body)
    _write(call, endpoint)
    workspace.online_endpoints[name.lower()] = endpoint
    return endpoint


def _check_name(call: Call, workspace: Workspace, name: str) -> None:
    if not _NAME.fullmatch(name):
        rule = "3 to 32 letters, digits and hyphens, a letter first and no hyphen last"
        raise user_error(400, f"The endpoint name {name} is invalid: it takes {rule}.")
    for other, endpoint in call.cloud.store.online_endpoints(workspace.location):
        if endpoint.name.lower() == name.lower() and other is not workspace:
            message = (
                "There is already an endpoint with this name, "
                "Endpoint name needs to be unique within a region"
            )
            raise user_error(400, message)


def _change(call: Call, endpoint: OnlineEndpoint) -> None:
    _write(call, endpoint)
    endpoint.state = "Updating"
    endpoint.body["systemData"]["lastModifiedAt"] = stamp()


def _write(call: Call, endpoint: OnlineEndpoint) -> None:
    """What takes effect at once. A PUT is the whole truth: what it leaves out is gone."""
    asked = call.properties
    endpoint.body["tags"] = lookup.tags(call)
    properties = endpoint.body["properties"]
    properties["description"] = asked.get("description")
    properties["properties"] = {
        **(asked.get("properties") or {}),
        "azureml.onlineendpointid": endpoint.body["id"].lower(),
    }
    for name in ("authMode", "publicNetworkAccess"):
        if asked.get(name):
            properties[name] = asked[name]
    if asked.get("compute"):
        # Kubernetes: the only kind of online endpoint that names a compute.
        properties["compute"], endpoint.body["kind"] = asked["compute"], "K8S"
    endpoint.body["identity"] = _identity(call.body.get("identity") or {}, endpoint.body["id"])


def _identity(asked: dict[str, Any], id: str) -> dict[str, Any]:
    if "SystemAssigned" not in asked.get("type", "SystemAssigned"):
        return asked
    principal = lookup.principal(id)
    return {"type": "SystemAssigned", **asked, "principalId": principal, "tenantId": TENANT}


def _settle(
    call: Call,
    workspace: Workspace,
    endpoint: OnlineEndpoint,
    asked: traffic.Asked,
    done: Operation,
) -> None:
    """A failed change leaves the traffic as it was."""
    endpoint.state = "Failed" if done.error else "Succeeded"
    if not done.error:
        properties = endpoint.body["properties"]
        base = f"{call.cloud.url}/scoring/{workspace.location}/{endpoint.name}"
        properties["scoringUri"] = f"{base}/score"
        properties["swaggerUri"] = f"{base}/swagger.json"
        asked.apply(endpoint)
    endpoint.body["systemData"]["lastModifiedAt"] = stamp(done.due)
    call.cloud.store.traffic.note(endpoint, done.due)
