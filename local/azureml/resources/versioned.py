"""What models, environments and code have in common inside a workspace.

In replies of a workspace `name` is the version; the asset's own name is only in the id.
"""

from typing import Any

from local.azureml.errors import AzureError, detail, user_error
from local.azureml.resources import lookup
from local.azureml.resources.paging import page
from local.azureml.store.assets import Asset, Shelf
from local.azureml.store.clock import stamp
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply

_TYPE = "Microsoft.MachineLearningServices/workspaces"


def get(call: Call, kind: str) -> Reply:
    """One version."""
    workspace = lookup.workspace(call)
    name, version = call.params["name"], call.params["version"]
    asset = workspace.assets[kind].get(name, version)
    if asset is None:
        what = kind.removesuffix("s").capitalize()
        said = detail("NotFoundError", f"{what} {name}:{version} was not found.")
        raise AzureError(404, "UserError", "The specified resource was not found.", [said])
    return Reply(body=body(workspace, kind, asset))


def versions(call: Call, kind: str) -> Reply:
    """The versions of one asset, newest first unless the query wants the oldest first."""
    workspace = lookup.workspace(call)
    name = call.params["name"]
    found = workspace.assets[kind].versions(name)
    if not found:
        message = f"The {kind[:-1]} container {name} was not found"
        raise user_error(404, message, inner="NotFoundError")
    if call.query.get("$orderBy", "").lower().split() == ["createdtime", "asc"]:
        found.reverse()
    listed = [body(workspace, kind, asset) for asset in found if _in_view(call, asset.properties)]
    return page(call, listed)


def container(call: Call, kind: str) -> Reply:
    """The asset without a version: where the SDK learns what the next version is."""
    workspace = lookup.workspace(call)
    name = call.params["name"]
    if name not in workspace.assets[kind].names():
        message = f"The {kind[:-1]} container {name} was not found"
        raise user_error(404, message, inner="NotFoundError")
    return Reply(body=_container_body(workspace, kind, name))


def containers(call: Call, kind: str) -> Reply:
    """All assets of a kind."""
    workspace = lookup.workspace(call)
    bodies = [_container_body(workspace, kind, name) for name in workspace.assets[kind].names()]
    shown = [found for found in bodies if _in_view(call, found["properties"])]
    return page(call, shown)


def put(call: Call, kind: str, asset: Asset) -> Reply:
    """Stores a version: 201 with a Location when it is new, else 200 without one."""
    workspace = lookup.workspace(call)
    old = workspace.assets[kind].get(asset.name, asset.version)
    if old:
        asset.created, asset.order, asset.modified = old.created, old.order, stamp()
    workspace.assets[kind].put(asset)
    shown = body(workspace, kind, asset)
    if old:
        return Reply(200, shown)
    location = f"{call.cloud.url}{shown['id']}?api-version={call.api_version}"
    return Reply(201, shown, {"Location": location})


def body(workspace: Workspace, kind: str, asset: Asset) -> dict[str, Any]:
    return {
        "id": f"{workspace.id}/{kind}/{asset.name}/versions/{asset.version}",
        "name": asset.version,
        "type": f"{_TYPE}/{kind}/versions",
        "properties": asset.properties,
        "systemData": lookup.asset_system_data(asset),
    }


def container_properties(shelf: Shelf, name: str) -> dict[str, Any]:
    """What Azure says of an asset as a whole, in a workspace as in a registry."""
    found = shelf.versions(name)
    return {
        "description": None,
        "tags": {},
        "properties": {},
        "isArchived": all(asset.properties.get("isArchived") for asset in found),
        "latestVersion": found[0].version if found else None,
        "nextVersion": shelf.next_version(name),
    }


def _container_body(workspace: Workspace, kind: str, name: str) -> dict[str, Any]:
    shelf = workspace.assets[kind]
    return {
        "id": f"{workspace.id}/{kind}/{name}",
        "name": name,
        "type": f"{_TYPE}/{kind}",
        "properties": container_properties(shelf, name),
        "systemData": lookup.asset_system_data(shelf.versions(name)[-1]),
    }


def _in_view(call: Call, properties: dict[str, Any]) -> bool:
    """Azure leaves archived assets out unless the query asks for them."""
    view = call.query.get("listViewType", "ActiveOnly")
    archived = bool(properties.get("isArchived"))
    return view == "All" or archived == (view == "ArchivedOnly")
