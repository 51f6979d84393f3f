"""Data assets of a workspace."""

from local.azureml.artifacts import locate
from local.azureml.errors import user_error
from local.azureml.resources import lookup, versioned
from local.azureml.resources.models import base
from local.azureml.store.assets import Asset
from local.azureml.wire import Call, Reply

KIND = "data"


def get(call: Call) -> Reply:
    return versioned.get(call, KIND)


def versions(call: Call) -> Reply:
    return versioned.versions(call, KIND)


def container(call: Call) -> Reply:
    return versioned.container(call, KIND)


def containers(call: Call) -> Reply:
    return versioned.containers(call, KIND)


def put(call: Call) -> Reply:
    """Registers a version, or changes what may change of one: its path may not."""
    asked = call.properties
    name, version = call.params["name"], call.params["version"]
    uri = lookup.required(asked, "dataUri")
    workspace = lookup.workspace(call)
    old = workspace.assets[KIND].get(name, version)
    if old and old.properties["dataUri"] != uri:
        raise user_error(400, "Asset paths cannot be updated.")
    kind = asked.get("dataType") or "uri_folder"
    properties = {**base(asked), "dataType": kind, "dataUri": uri}
    return versioned.put(
        call, KIND, Asset(name, version, properties, locate(workspace, str(uri)).folder)
    )
