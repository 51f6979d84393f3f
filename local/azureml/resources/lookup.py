"""Finds the workspace or registry that a path names, or ends the request as Azure does."""

import uuid
from typing import Any

from local.azureml.errors import ArmError, AzureError, user_error
from local.azureml.store.assets import Asset
from local.azureml.store.places import Registry, Workspace
from local.azureml.wire import Call

CREATED_BY = "local stand-in"
_HINT = "For more details please go to https://aka.ms/ARMResourceNotFoundFix"


def workspace(call: Call) -> Workspace:
    """The workspace of the path; ARM's own 404 where there is none."""
    params = call.params
    group, name = params["group"], params["workspace"]
    found = call.cloud.store.workspace(params["subscription"], group, name)
    if found:
        return found
    resource = f"Microsoft.MachineLearningServices/workspaces/{name}"
    message = f"The Resource '{resource}' under resource group '{group}' was not found. {_HINT}"
    headers = {"x-ms-failure-cause": "gateway"}
    raise ArmError(404, "ResourceNotFound", message, headers)


def registry(call: Call) -> Registry:
    """The registry of the path."""
    name = call.params["registry"]
    if found := call.cloud.store.registry(name):
        return found
    raise user_error(404, f"Registry {name} was not found", inner="NotFoundError")


def asset_system_data(asset: Asset) -> dict[str, Any]:
    """Who made an asset and when. The stand-in knows one user; a seed may name others."""
    return {
        "createdAt": asset.created,
        "createdBy": asset.created_by or CREATED_BY,
        "createdByType": "User" if asset.created_by else "Application",
        "lastModifiedAt": asset.modified,
        "lastModifiedBy": CREATED_BY,
        "lastModifiedByType": "Application",
    }


def required(body: dict[str, Any], name: str) -> Any:
    """A property without which Azure takes no request."""
    if body.get(name) in (None, ""):
        raise AzureError(400, "BadRequest", f"The property '{name}' is required.")
    return body[name]


def principal(id: str) -> str:
    """The object id of a resource's own identity."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"identity/{id.lower()}"))


def tags(call: Call) -> dict[str, str]:
    """The tags of an ARM resource, within ARM's limits: 50 of them, 512 and 256 characters."""
    given = call.body.get("tags") or {}
    if len(given) > 50:
        raise AzureError(400, "BadRequest", f"A resource has 50 tags at most, not {len(given)}.")
    for name, value in given.items():
        if len(name) > 512 or len(str(value)) > 256:
            message = f"Tag {name} is too long: 512 characters a name, 256 a value."
            raise AzureError(400, "BadRequest", message)
    return dict(given)
