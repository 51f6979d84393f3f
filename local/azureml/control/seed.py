"""Puts things into the stand-in that on Azure somebody else has made."""

import json
from typing import Any

from local.azureml.cloud import Cloud
from local.azureml.control import checked
from local.azureml.control.seed_runs import plant_job, plant_model
from local.azureml.resources.environments import KIND as ENVIRONMENTS
from local.azureml.store.assets import Asset
from local.azureml.store.places import Registry, Workspace
from local.azureml.wire import Call, Reply


def post(call: Call) -> Reply:
    """Upserts; what the body does not name stays."""
    checked(lambda body: plant(call.cloud, body), call)
    return Reply(204)


def plant(cloud: Cloud, seed: dict[str, Any]) -> None:
    """Takes a seed apart; ValueError says which part of it cannot be taken."""
    kinds = {
        "workspaces": _workspace,
        "registries": _registry,
        "computes": _compute,
        "environments": _environment,
        "jobs": _job,
        "models": _model,
    }
    if unknown := sorted(set(seed) - set(kinds)):
        raise ValueError(f"{unknown[0]} cannot be seeded; these can: {', '.join(kinds)}")
    for kind, put in kinds.items():
        for entry in seed.get(kind, []):
            put(cloud, _complete(kind, entry))


_NEEDED = {
    "workspaces": ("subscription", "resource_group", "name", "location"),
    "registries": ("name", "subscription", "resource_group", "location"),
    "computes": ("workspace", "name"),
    "environments": ("workspace", "name", "version"),
    "jobs": ("workspace", "name"),
    "models": ("workspace", "name", "version", "created_at"),
}


def _complete(kind: str, entry: dict[str, Any]) -> dict[str, Any]:
    for name in _NEEDED[kind]:
        if not entry.get(name):
            raise ValueError(f"an entry of {kind} needs {name}")
    return entry


def _workspace(cloud: Cloud, entry: dict[str, Any]) -> None:
    workspace = Workspace(**{name: entry[name] for name in _NEEDED["workspaces"]})
    known = cloud.store.workspaces.get(workspace.id.lower())
    if known:
        known.location = workspace.location
    else:
        cloud.store.add_workspace(workspace)


def _registry(cloud: Cloud, entry: dict[str, Any]) -> None:
    registry = Registry(**{name: entry[name] for name in _NEEDED["registries"]})
    known = cloud.store.registry(registry.name)
    if known:
        known.subscription, known.resource_group = registry.subscription, registry.resource_group
        known.location = registry.location
    else:
        cloud.store.add_registry(registry)


def _compute(cloud: Cloud, entry: dict[str, Any]) -> None:
    _home(cloud, entry).computes[entry["name"]] = entry


def _environment(cloud: Cloud, entry: dict[str, Any]) -> None:
    properties = {
        "description": entry.get("description"),
        "tags": entry.get("tags", {}),
        "properties": entry.get("properties", {}),
        "isArchived": False,
        "isAnonymous": False,
        "environmentType": entry.get("type", "UserCreated"),
        "image": entry.get("image", "mcr.microsoft.com/azureml/minimal-ubuntu22.04-py39-cpu"),
        "osType": "Linux",
    }
    if "conda" in entry:
        properties["condaFile"] = json.dumps(entry["conda"], indent=2)
    asset = Asset(entry["name"], str(entry["version"]), properties)
    _home(cloud, entry).assets[ENVIRONMENTS].put(asset)


def _job(cloud: Cloud, entry: dict[str, Any]) -> None:
    plant_job(cloud, _home(cloud, entry), entry)


def _model(cloud: Cloud, entry: dict[str, Any]) -> None:
    plant_model(cloud, _home(cloud, entry), entry)


def _home(cloud: Cloud, entry: dict[str, Any]) -> Workspace:
    found = cloud.store.workspaces_called(entry["workspace"])
    if len(found) != 1:
        said = "there is no" if not found else "there is more than one"
        raise ValueError(f"{said} workspace {entry['workspace']}; an ARM id is taken too")
    return found[0]
