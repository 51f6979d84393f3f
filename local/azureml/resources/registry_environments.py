"""Environments of a registry."""

from local.azureml.resources import environments, lookup, registry_assets
from local.azureml.wire import EMPTY, Call, Reply

KIND = "environments"


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
    """Recorded: polled at a path of its own, and ends 200 with an empty body."""
    asset = environments.from_request(call)
    name = f"{lookup.registry(call).name}_{asset.name}_{asset.version}_1"
    operation = {"service": "environment", "id": name, "result": EMPTY}
    return registry_assets.put(call, KIND, asset, operation)
