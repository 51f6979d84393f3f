"""Jobs and model versions as a seed describes them."""

import json
import math
from typing import Any

from local.azureml.cloud import Cloud
from local.azureml.errors import AzureError
from local.azureml.resources import models
from local.azureml.store.clock import milliseconds, moment
from local.azureml.store.jobs import Job, Point
from local.azureml.store.places import Workspace

_TYPES = {"command": "Command", "pipeline": "Pipeline"}
_NOT_FINITE = ("NaN", "Infinity", "-Infinity")


def plant_job(cloud: Cloud, workspace: Workspace, entry: dict[str, Any]) -> None:
    """A job with its artifacts: text, or JSON for what is no text."""
    apart = {"workspace", "artifacts", "metrics"}
    job = Job(**{name: value for name, value in entry.items() if name not in apart})
    if job.type.lower() not in _TYPES:
        raise ValueError(f"the job {job.name} is a {job.type}; type is {' or '.join(_TYPES)}")
    if job.parent == job.name:
        raise ValueError(f"the job {job.name} cannot be its own parent")
    job.type = _TYPES[job.type.lower()]
    job.created = moment(job.created)
    job.ended = moment(job.ended) if job.ended else None
    for name, value in entry.get("metrics", {}).items():
        job.metrics[name] = _points(name, value, milliseconds(job.created))
    workspace.jobs[job.name] = job
    for path, content in entry.get("artifacts", {}).items():
        text = content if isinstance(content, str) else json.dumps(content)
        cloud.store.blobs.put(workspace.job_output(job.name, path), text.encode())


def plant_model(cloud: Cloud, workspace: Workspace, entry: dict[str, Any]) -> None:
    """A version that was registered at some time, without an event."""
    name, version = entry["name"], str(entry["version"])
    try:
        asset = models.make(cloud, workspace, name, version, _asked(entry))
    except AzureError as error:
        raise ValueError(error.message) from None
    asset.created = asset.modified = moment(entry["created_at"])
    asset.created_by = entry.get("created_by")
    workspace.assets[models.KIND].put(asset)


_MODEL_FIELDS = {"workspace", "name", "version", "created_at", "created_by", "job", "path"}
_MODEL_PROPERTIES = {
    "type": "modelType",
    "uri": "modelUri",
    "archived": "isArchived",
    "description": "description",
    "tags": "tags",
    "properties": "properties",
}


def _asked(entry: dict[str, Any]) -> dict[str, Any]:
    """The version as a client would have registered it: by its `job` and `path`, or by `uri`."""
    if strange := sorted(set(entry) - _MODEL_FIELDS - set(_MODEL_PROPERTIES)):
        raise ValueError(f"{strange[0]} is not a field of models")
    if ("job" in entry) == ("uri" in entry):
        raise ValueError(f"{entry['name']}:{entry['version']} needs either a job or a uri")
    asked = {_MODEL_PROPERTIES[key]: entry[key] for key in entry if key in _MODEL_PROPERTIES}
    if "job" in entry:
        path = entry.get("path", "model")
        asked["modelUri"] = f"azureml://jobs/{entry['job']}/outputs/artifacts/paths/{path}"
    return {"modelType": "mlflow_model", **asked}


def _points(name: str, value: Any, timestamp: int) -> list[Point]:
    """A number, {value, step, timestamp}, or a list of either, which are steps from 0 on."""
    listed = value if isinstance(value, list) else [value]
    if not listed:
        raise ValueError(f"the metric {name} has no value")
    found = []
    for step, one in enumerate(listed):
        told = one if isinstance(one, dict) else {"value": one}
        point = Point(**{"step": step, "timestamp": timestamp, **told})
        found.append(Point(_number(name, point.value), int(point.step), int(point.timestamp)))
    return found


def _number(name: str, value: Any) -> float | str:
    """JSON has no NaN and no infinity: MLflow's protobuf writes them as strings."""
    if isinstance(value, str) and value in _NOT_FINITE:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"the metric {name} is {value!r}, which is no number")
    if math.isfinite(value):
        return value
    return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
