"""Environments of a workspace."""

import json

from ruamel.yaml import YAML

from local.azureml.resources import versioned
from local.azureml.resources.models import base
from local.azureml.store.assets import Asset
from local.azureml.wire import Call, Reply

KIND = "environments"


def get(call: Call) -> Reply:
    return versioned.get(call, KIND)


def versions(call: Call) -> Reply:
    return versioned.versions(call, KIND)


def container(call: Call) -> Reply:
    return versioned.container(call, KIND)


def containers(call: Call) -> Reply:
    return versioned.containers(call, KIND)


def put(call: Call) -> Reply:
    return versioned.put(call, KIND, from_request(call))


def from_request(call: Call) -> Asset:
    """An environment as Azure keeps it: the conda file turns from YAML into indented JSON."""
    asked = call.properties
    properties = {**base(asked), "environmentType": "UserCreated"}
    if asked.get("image"):
        properties["image"] = asked["image"]
    if asked.get("condaFile"):
        conda = YAML(typ="safe", pure=True).load(asked["condaFile"])
        properties["condaFile"] = json.dumps(conda, indent=2)
    if asked.get("build"):
        properties["build"] = asked["build"]
    if asked.get("inferenceConfig"):
        properties["inferenceConfig"] = asked["inferenceConfig"]
    properties["osType"] = asked.get("osType") or "Linux"
    return Asset(call.params["name"], call.params["version"], properties)
