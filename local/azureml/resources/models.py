"""Models of a workspace: registering one is what the whole service waits for."""

import json
from typing import Any

from azure.eventgrid import SystemEventNames
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from local.azureml.artifacts import Place, locate
from local.azureml.errors import user_error
from local.azureml.resources import lookup, versioned
from local.azureml.store.assets import Asset
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply

KIND = "models"
REGISTERED = SystemEventNames.MachineLearningServicesModelRegisteredEventName.value


def get(call: Call) -> Reply:
    return versioned.get(call, KIND)


def versions(call: Call) -> Reply:
    return versioned.versions(call, KIND)


def container(call: Call) -> Reply:
    return versioned.container(call, KIND)


def containers(call: Call) -> Reply:
    return versioned.containers(call, KIND)


def put(call: Call) -> Reply:
    """Registers a version, or changes what may change of one: an update emits no event."""
    workspace = lookup.workspace(call)
    name, version = call.params["name"], call.params["version"]
    old = workspace.assets[KIND].get(name, version)
    asset = _updated(call, workspace, old) if old else _registered(call, workspace)
    reply = versioned.put(call, KIND, asset)
    if old is None:
        call.cloud.publish(workspace.id, REGISTERED, f"models/{name}:{version}", _event(asset))
    return reply


def archive(call: Call) -> Reply:
    """PUT of the model without a version: how the SDK archives all of them at once."""
    workspace = lookup.workspace(call)
    archived = bool(call.properties.get("isArchived"))
    for asset in workspace.assets[KIND].versions(call.params["name"]):
        asset.properties["isArchived"] = archived
    return versioned.container(call, KIND)


def _event(asset: Asset) -> dict[str, Any]:
    """Event Grid's data of ModelRegistered. The version is a string, as in the SDK's model."""
    return {
        "modelName": asset.name,
        "modelVersion": asset.version,
        "modelTags": dict(asset.properties["tags"]),
        "modelProperties": dict(asset.properties["properties"]),
    }


def _registered(call: Call, workspace: Workspace) -> Asset:
    asked = call.properties
    place = locate(workspace, lookup.required(asked, "modelUri"))
    if place.job and place.job not in workspace.jobs:
        raise user_error(404, f"Run {place.job} was not found", inner="NotFoundError")
    kind = asked.get("modelType") or "custom_model"
    mlmodel = _mlmodel(call, place) if kind == "mlflow_model" else {}
    flavors = {name: {"data": data} for name, data in (mlmodel.get("flavors") or {}).items()}
    properties = {
        **base(asked),
        "flavors": asked.get("flavors") or flavors,
        "modelType": kind,
        "modelUri": _uri(workspace, place, asked["modelUri"]),
        "jobName": place.job,
    }
    if place.job:
        properties["properties"] |= _lineage(workspace, place, mlmodel)
    return Asset(call.params["name"], call.params["version"], properties, place.folder)


def base(asked: dict[str, Any]) -> dict[str, Any]:
    """The first properties of any asset, in the order in which Azure shows them."""
    return {
        "description": asked.get("description"),
        "tags": dict(asked.get("tags") or {}),
        "properties": dict(asked.get("properties") or {}),
        "isArchived": bool(asked.get("isArchived")),
        "isAnonymous": bool(asked.get("isAnonymous")),
    }


def _updated(call: Call, workspace: Workspace, old: Asset) -> Asset:
    """Tags, description, properties and archiving may change; where the files are may not."""
    asked = call.properties
    uri = asked.get("modelUri")
    if uri and locate(workspace, uri).folder != old.artifacts:
        raise user_error(400, "Asset paths cannot be updated.")
    properties = {**old.properties, **{key: asked[key] for key in asked if key in base(asked)}}
    properties |= {key: properties[key] or {} for key in ("tags", "properties")}
    return Asset(old.name, old.version, properties, old.artifacts)


def _uri(workspace: Workspace, place: Place, asked: str) -> str:
    """Azure answers with the datastore path of a job's output, and echoes a datastore path."""
    if place.job is None:
        return asked
    scope = workspace.id.lstrip("/").replace("providers/Microsoft.MachineLearningServices/", "")
    path = f"ExperimentRun/dcid.{place.job}/{place.path}".rstrip("/")
    return f"azureml://{scope}/datastores/workspaceartifactstore/paths/{path}"


def _mlmodel(call: Call, place: Place) -> dict[str, Any]:
    """The MLmodel file, which Azure reads when it registers a job's output."""
    blob = call.cloud.store.blobs.get(f"{place.folder}/MLmodel")
    if blob is None:
        return {}
    try:
        parsed = YAML(typ="safe", pure=True).load(blob.data.decode())
    except YAMLError as error:
        raise user_error(400, f"The MLmodel file could not be read: {error}") from None
    return parsed if isinstance(parsed, dict) else {}


def _lineage(workspace: Workspace, place: Place, mlmodel: dict[str, Any]) -> dict[str, str]:
    """The properties that Azure adds to a model that was registered from a job."""
    experiment = workspace.jobs[place.job or ""].experiment
    source = f"azureml://experiments/{experiment}/runs/{place.job}/artifacts/{place.path}"
    stored = f"ExperimentRun/dcid.{place.job}/{place.path}".rstrip("/")
    added = {}
    if flavors := mlmodel.get("flavors"):
        added = {f"flavors.{name}": json.dumps(flavors[name], indent=2) for name in flavors}
        added["flavors"] = ",".join(flavors)
        known = {"run_id": place.job, "artifact_path": place.path}
        added["model_json"] = json.dumps({**known, **mlmodel}, default=str)
    return {
        **added,
        "azureml.artifactPrefix": stored,
        "azureml.storagePath": stored,
        "mlflow.modelSourceUri": source,
    }
