"""POST import: copies one version from a workspace into a registry. This is what `share` does.

Recorded of a model: `originAssetId` says where it came from. Of environments and data no recording
shows such a property, so the stand-in gives them none.
"""

import copy
import re
from dataclasses import dataclass, replace

from local.azureml.errors import user_error
from local.azureml.resources import lookup, operations, registry_assets
from local.azureml.store.assets import Asset
from local.azureml.store.clock import stamp
from local.azureml.store.operations import Operation
from local.azureml.store.places import Registry
from local.azureml.wire import Call, Reply

_SOURCE = re.compile(
    r"azureml://locations/([^/]+)/workspaces/([^/]+)/(models|environments|data)/([^/]+)/versions/(.+)"
)


@dataclass(frozen=True)
class _Order:
    registry: Registry
    kind: str
    source: Asset
    source_id: str
    name: str
    version: str

    @property
    def under_way(self) -> tuple[str, str, str]:
        return (self.kind, self.name, self.version)


def post(call: Call) -> Reply:
    order = _order(call)
    registry = order.registry
    registry_assets.refuse_deleted(registry, order.kind, order.name, order.version)
    taken = registry.assets[order.kind].get(order.name, order.version)
    if taken or order.under_way in registry.importing:
        wanted = registry_assets.asset_id(registry, order.kind, order.name, order.version)
        raise user_error(409, f"Asset with ID {wanted} already exists.")
    registry.importing.add(order.under_way)
    reply = operations.accept_registry(call, "import", lambda done: _settle(call, order, done))
    return replace(reply, headers={**reply.headers, "x-ms-response-type": "standard"})


def _order(call: Call) -> _Order:
    asked = call.properties
    source_id = str(lookup.required(asked, "sourceAssetId"))
    parsed = _SOURCE.fullmatch(source_id)
    if parsed is None:
        raise user_error(400, f"{source_id} is not the ID of a model, an environment or data.")
    _, guid, kind, name, version = parsed.groups()
    workspace = call.cloud.store.workspace_by_guid(guid)
    source = workspace.assets[kind].get(name, version) if workspace else None
    if source is None:
        raise user_error(404, f"Could not find asset with ID: {source_id}", inner="NotFoundError")
    return _Order(
        registry=lookup.registry(call),
        kind=kind,
        source=source,
        source_id=source_id,
        name=str(asked.get("destinationName") or name),
        version=str(asked.get("destinationVersion") or version),
    )


def _settle(call: Call, order: _Order, done: Operation) -> None:
    """The copy carries files, tags and properties along, and says where it came from."""
    order.registry.importing.discard(order.under_way)
    if done.error:
        return
    properties = copy.deepcopy(order.source.properties)
    folder = ""
    if order.kind == "models":
        job = properties.pop("jobName")
        properties |= {"originAssetId": order.source_id, "jobName": job}
    if order.kind in registry_assets.URIS:
        container = order.registry.container(order.kind, order.name, order.version)
        folder = f"{container}/{order.source.artifacts.partition('/')[2]}".rstrip("/")
        call.cloud.store.blobs.copy(order.source.artifacts, folder)
    at = stamp(done.due)
    order.registry.assets[order.kind].put(
        Asset(order.name, order.version, properties, folder, created=at, modified=at)
    )
