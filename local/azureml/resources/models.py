"""Models of a workspace: registering one is what the whole service waits for."""

from typing import TYPE_CHECKING, Any

from azure.eventgrid import SystemEventNames

from local.azureml.artifacts import Place, locate
from local.azureml.errors import user_error
from local.azureml.resources import lookup, mlmodel, models_from_registry, versioned
from local.azureml.store.assets import Asset
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply

if TYPE_CHECKING:
    from local.azureml.cloud import Cloud

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
    if old:
        asset = _updated(call, workspace, old)
    else:
        asset = make(call.cloud, workspace, name, version, call.properties)
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


def make(
    cloud: "Cloud", workspace: Workspace, name: str, version: str, asked: dict[str, Any]
) -> Asset:
    """A version as Azure makes it of what a client asks for."""
    uri = str(lookup.required(asked, "modelUri"))
    copied = models_from_registry.find(cloud, uri)
    place = Place(copied.artifacts) if copied else locate(workspace, uri)
    if place.job and place.job not in workspace.jobs:
        raise user_error(404, f"Run {place.job} was not found", inner="NotFoundError")
    kind = asked.get("modelType") or "custom_model"
    described = mlmodel.read(cloud, place) if kind == "mlflow_model" else {}
    flavors = {name: {"data": data} for name, data in (described.get("flavors") or {}).items()}
    properties = {
        **base(asked),
        "flavors": asked.get("flavors") or flavors,
        "modelType": kind,
        "modelUri": _uri(workspace, place, uri),
        "jobName": place.job or asked.get("jobName"),
        **_stage(asked),
    }
    if place.job:
        properties["properties"] |= mlmodel.lineage(workspace, place, described)
    return Asset(name, version, properties, place.folder)


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
    """Tags, description, properties and archiving may change; where the files are may not.

    A PUT says all that it wants to keep: a stage that it leaves out is gone, and so is a job,
    unless the path of the files tells which.
    """
    asked = call.properties
    uri = asked.get("modelUri")
    same = uri == old.properties["modelUri"]
    if uri and not same and locate(workspace, uri).folder != old.artifacts:
        raise user_error(400, "Asset paths cannot be updated.")
    properties = {**old.properties, **{key: asked[key] for key in asked if key in base(asked)}}
    properties |= {key: properties[key] or {} for key in ("tags", "properties")}
    job = locate(workspace, str(properties["modelUri"])).job or asked.get("jobName")
    properties = {key: properties[key] for key in properties if key != "stage"}
    properties |= {"jobName": job, **_stage(asked)}
    return Asset(old.name, old.version, properties, old.artifacts)


def _stage(asked: dict[str, Any]) -> dict[str, str]:
    """Where somebody says that the model is in its life; recorded replies without one lack it."""
    return {"stage": str(asked["stage"])} if asked.get("stage") else {}


def _uri(workspace: Workspace, place: Place, asked: str) -> str:
    """Azure answers with the datastore path of a job's output, and echoes a datastore path."""
    if place.job is None:
        return asked
    scope = workspace.id.lstrip("/").replace("providers/Microsoft.MachineLearningServices/", "")
    path = f"ExperimentRun/dcid.{place.job}/{place.path}".rstrip("/")
    return f"azureml://{scope}/datastores/workspaceartifactstore/paths/{path}"
