"""Data assets of a registry."""

from local.azureml.artifacts import of_url
from local.azureml.resources import lookup, registry_assets
from local.azureml.resources.models import base
from local.azureml.store.assets import Asset
from local.azureml.wire import Call, Reply

KIND = "data"


def get(call: Call) -> Reply:
    return registry_assets.get(call, KIND)


def versions(call: Call) -> Reply:
    return registry_assets.versions(call, KIND)


def container(call: Call) -> Reply:
    return registry_assets.container(call, KIND)


def containers(call: Call) -> Reply:
    return registry_assets.containers(call, KIND)


def delete(call: Call) -> Reply:
    return registry_assets.delete(call, KIND)


def put(call: Call) -> Reply:
    """Recorded: like a model's, it ends 200 with the asset's id."""
    registry = lookup.registry(call)
    name, version = call.params["name"], call.params["version"]
    asked = call.properties
    uri = str(lookup.required(asked, "dataUri"))
    kind = asked.get("dataType") or "uri_folder"
    asset = Asset(name, version, {**base(asked), "dataUri": uri, "dataType": kind}, of_url(uri))
    result = {"assetId": registry_assets.asset_id(registry, KIND, name, version)}
    return registry_assets.put(call, KIND, asset, {"result": result})
