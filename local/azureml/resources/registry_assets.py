"""What models, environments and data have in common inside a registry.

`name` is the model's name in replies about models, but the version in those about the others.
"""

from typing import Any

from local.azureml.errors import user_error
from local.azureml.resources import lookup, operations, versioned
from local.azureml.resources.paging import page
from local.azureml.store.assets import Asset
from local.azureml.store.clock import stamp
from local.azureml.store.operations import Operation
from local.azureml.store.places import Registry
from local.azureml.wire import Call, Reply

URIS = {"models": "modelUri", "data": "dataUri"}
"""The property of a version that says where its files are."""


def asset_id(registry: Registry, kind: str, name: str, version: str) -> str:
    return f"azureml://registries/{registry.name}/{kind}/{name}/versions/{version}"


def get(call: Call, kind: str) -> Reply:
    registry = lookup.registry(call)
    name, version = call.params["name"], call.params["version"]
    asset = registry.assets[kind].get(name, version)
    if asset is None:
        wanted = asset_id(registry, kind, name, version)
        raise user_error(404, f"Could not find asset with ID: {wanted}", inner="NotFoundError")
    return Reply(body=body(call, registry, kind, asset))


def versions(call: Call, kind: str) -> Reply:
    """No recording shows what Azure says of an unknown name: both answers can be set."""
    registry = lookup.registry(call)
    name = call.params["name"]
    found = registry.assets[kind].versions(name)
    if not found and call.cloud.settings.unknown_registry_versions_list == 404:
        raise _no_container(registry, kind, name)
    listed = [body(call, registry, kind, asset) for asset in found]
    return page(call, listed)


def container(call: Call, kind: str) -> Reply:
    registry = lookup.registry(call)
    name = call.params["name"]
    if name not in registry.assets[kind].names():
        raise _no_container(registry, kind, name)
    return Reply(body=_container_body(registry, kind, name))


def containers(call: Call, kind: str) -> Reply:
    registry = lookup.registry(call)
    names = registry.assets[kind].names()
    return page(call, [_container_body(registry, kind, name) for name in names])


def put(call: Call, kind: str, asset: Asset, operation: dict[str, Any]) -> Reply:
    """Creates or changes a version; it is there once the operation has succeeded."""
    registry = lookup.registry(call)
    refuse_deleted(registry, kind, asset.name, asset.version)
    old = registry.assets[kind].get(asset.name, asset.version)

    def settle(done: Operation) -> None:
        if done.error:
            return
        asset.modified = asset.created = stamp(done.due)
        if old:
            # A change of tags does not make a version the latest one.
            asset.created, asset.order = old.created, old.order
        registry.assets[kind].put(asset)

    return operations.accept_registry(call, "default", settle, **operation)


def delete(call: Call, kind: str) -> Reply:
    """Gone for good: Azure never lets a registry have that version again."""
    registry = lookup.registry(call)
    name, version = call.params["name"], call.params["version"]
    if registry.assets[kind].get(name, version) is None:
        return Reply(204)
    return operations.accept_registry(
        call, "delete", lambda done: None if done.error else _delete(registry, kind, name, version)
    )


def refuse_deleted(registry: Registry, kind: str, name: str, version: str) -> None:
    if registry.assets[kind].was_deleted(name, version):
        wanted = asset_id(registry, kind, name, version)
        raise user_error(409, f"Asset with ID {wanted} was deleted and cannot be created again.")


def body(call: Call, registry: Registry, kind: str, asset: Asset) -> dict[str, Any]:
    properties = asset.properties
    if located := URIS.get(kind):
        # Recorded: successive reads name different storage accounts of the same container.
        registry.reads += 1
        account = f"{registry.account}{registry.reads % 2 + 1}"
        uri = f"{call.cloud.url}/blobs/{account}/{asset.artifacts}"
        properties = {key: uri if key == located else properties[key] for key in properties}
    return {
        "id": asset_id(registry, kind, asset.name, asset.version),
        "name": asset.name if kind == "models" else asset.version,
        "type": kind,
        "properties": properties,
        "systemData": lookup.asset_system_data(asset),
    }


def _delete(registry: Registry, kind: str, name: str, version: str) -> None:
    registry.assets[kind].delete(name, version)


def _no_container(registry: Registry, kind: str, name: str) -> Exception:
    wanted = f"azureml://registries/{registry.name}/{kind}/{name}"
    return user_error(404, f"Could not find asset with ID: {wanted}", inner="NotFoundError")


def _container_body(registry: Registry, kind: str, name: str) -> dict[str, Any]:
    shelf = registry.assets[kind]
    return {
        "id": f"azureml://registries/{registry.name}/{kind}/{name}",
        "name": name,
        "type": kind,
        "properties": versioned.container_properties(shelf, name),
        "systemData": lookup.asset_system_data(shelf.versions(name)[-1]),
    }
