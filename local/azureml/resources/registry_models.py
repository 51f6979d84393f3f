"""Models of a registry. Registering one there emits no event."""

from local.azureml.artifacts import of_url
from local.azureml.resources import lookup, registry_assets
from local.azureml.resources.models import base
from local.azureml.store.assets import Asset
from local.azureml.wire import Call, Reply

KIND = "models"


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
    """Creates a version from uploaded files, or changes its tags; ends 200 with the asset's id."""
    registry = lookup.registry(call)
    name, version = call.params["name"], call.params["version"]
    asked = call.properties
    old = registry.assets[KIND].get(name, version)
    given = {key: value for key, value in base(asked).items() if key in asked or not old}
    known = old.properties if old else {"originAssetId": None, "jobName": None}
    properties = {
        **given,
        "flavors": asked.get("flavors") or known.get("flavors") or {},
        "modelType": asked.get("modelType") or known.get("modelType") or "custom_model",
        "modelUri": None,
        "originAssetId": known["originAssetId"],
        "jobName": known["jobName"],
    }
    if old:
        properties = {**old.properties, **properties}
    folder = old.artifacts if old else of_url(str(lookup.required(asked, "modelUri")))
    asset = Asset(name, version, properties, folder)
    result = {"assetId": registry_assets.asset_id(registry, KIND, name, version)}
    return registry_assets.put(call, KIND, asset, {"result": result})
