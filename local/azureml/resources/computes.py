"""Compute targets: clusters for jobs and batch deployments, Kubernetes for online endpoints."""

import copy
from typing import Any

from local.azureml.errors import PlainError, user_error
from local.azureml.resources import lookup, operations
from local.azureml.store.clock import stamp
from local.azureml.store.operations import Operation
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply

_SERVERLESS = "serverless"


def get(call: Call) -> Reply:
    return Reply(body=_body(lookup.workspace(call), _find(call)))


def list_all(call: Call) -> Reply:
    workspace = lookup.workspace(call)
    return Reply(body={"value": [_body(workspace, name) for name in workspace.computes]})


def put(call: Call) -> Reply:
    """Creates or changes. Recorded: 201 with an operation of its own kind, and no Location."""
    workspace = lookup.workspace(call)
    name = call.params["name"]
    asked = copy.deepcopy(call.properties)
    kind = str(lookup.required(asked, "computeType"))
    old = workspace.computes.get(name)
    compute = {
        **(old or {"name": name, "created": stamp()}),
        "type": kind,
        "description": asked.get("description"),
        "resource": asked.get("resourceId"),
        "properties": asked.get("properties") or {},
        "tags": lookup.tags(call),
        "modified": stamp(),
        "state": "Updating" if old else "Creating",
    }
    workspace.computes[name] = compute

    def settle(done: Operation) -> None:
        compute["state"] = "Failed" if done.error else "Succeeded"
        compute["errors"] = [{"error": done.error}] if done.error else None

    headers = operations.start_compute(call, workspace, "compute", settle)
    return Reply(201, _body(workspace, name), headers)


def delete(call: Call) -> Reply:
    workspace = lookup.workspace(call)
    name = _find(call)
    compute = workspace.computes[name]
    compute["state"] = "Deleting"

    def settle(done: Operation) -> None:
        if done.error:
            compute["state"] = "Failed"
        else:
            workspace.computes.pop(name, None)

    return Reply(202, headers=operations.start_compute(call, workspace, "delete", settle))


def referenced(workspace: Workspace, given: Any) -> None:
    """Ends the request if it names a compute that is not there; serverless is no compute."""
    name = str(given or "").rpartition("/")[2].removeprefix("azureml:")
    if name and name.lower() != _SERVERLESS and name not in workspace.computes:
        raise user_error(400, f"Compute {name} was not found in {workspace.name}.")


def _find(call: Call) -> str:
    """The name; the recorded 404 has no body at all."""
    name = call.params["name"]
    if name in lookup.workspace(call).computes:
        return name
    raise PlainError(404, b"", {"x-ms-response-type": "standard"})


def _body(workspace: Workspace, name: str) -> dict[str, Any]:
    compute = workspace.computes[name]
    kind = compute.get("type", "AmlCompute")
    made = compute.get("created") or workspace.created
    return {
        "id": f"{workspace.id}/computes/{name}",
        "name": name,
        "type": "Microsoft.MachineLearningServices/workspaces/computes",
        "location": workspace.location,
        "tags": compute.get("tags") or {},
        "properties": {
            "createdOn": made,
            "modifiedOn": compute.get("modified") or made,
            "disableLocalAuth": False,
            "description": compute.get("description"),
            "resourceId": compute.get("resource"),
            "computeType": kind,
            "computeLocation": workspace.location,
            "provisioningState": compute.get("state", "Succeeded"),
            "provisioningErrors": compute.get("errors"),
            "isAttachedCompute": kind == "Kubernetes",
            "properties": _cluster(compute) if kind == "AmlCompute" else _attached(compute),
        },
    }


def _attached(compute: dict[str, Any]) -> dict[str, Any]:
    """A Kubernetes cluster; the SDK crashes without a namespace."""
    return {"namespace": "default", "instanceTypes": None, **(compute.get("properties") or {})}


def _cluster(compute: dict[str, Any]) -> dict[str, Any]:
    """A cluster as Azure shows it, be it seeded (`size`, `max_instances`) or put."""
    asked = dict(compute.get("properties") or {})
    scale = {
        "minNodeCount": 0,
        "maxNodeCount": compute.get("max_instances", 4),
        "nodeIdleTimeBeforeScaleDown": "PT2M",
        **(asked.get("scaleSettings") or {}),
    }
    return {
        "vmPriority": "Dedicated",
        "osType": "Linux",
        "currentNodeCount": 0,
        "targetNodeCount": 0,
        "allocationState": "Steady",
        **asked,
        "vmSize": str(asked.get("vmSize") or compute.get("size", "STANDARD_DS3_V2")).upper(),
        "scaleSettings": scale,
    }
