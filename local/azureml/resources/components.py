"""Components of a workspace: the SDK makes an anonymous one of each inline step of a pipeline."""

import copy
import json
import uuid

from local.azureml.resources import lookup, versioned
from local.azureml.resources.models import base
from local.azureml.store.assets import Asset
from local.azureml.wire import Call, Reply

KIND = "components"


def get(call: Call) -> Reply:
    return versioned.get(call, KIND)


def versions(call: Call) -> Reply:
    return versioned.versions(call, KIND)


def container(call: Call) -> Reply:
    return versioned.container(call, KIND)


def put(call: Call) -> Reply:
    """Recorded: an anonymous component gets a GUID of its own, whatever version was asked for."""
    asked = call.properties
    name, version = call.params["name"], call.params["version"]
    spec = copy.deepcopy(lookup.required(asked, "componentSpec"))
    if asked.get("isAnonymous"):
        content = {key: spec[key] for key in spec if key != "version"}
        version = str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True)))
    properties = {**base(asked), "componentSpec": {**spec, "name": name, "version": version}}
    return versioned.put(call, KIND, Asset(name, version, properties))
