"""What a batch job computes: predictions for the rows of its input files, in one CSV.

An input that the stand-in does not have (data that only Azure has) counts as read: then the job
only shows that the model can be loaded.
"""

import csv
import io
import json
import re
from typing import Any

from local.azureml.artifacts import locate
from local.azureml.resources import deployed_models
from local.azureml.store.endpoints import Deployment
from local.azureml.store.jobs import Job
from local.azureml.store.places import Workspace
from local.azureml.wire import Call

_DATA = re.compile(r"(?:azureml:)?/subscriptions/.*/data/([^/]+)/versions/([^/]+)")


def run(
    call: Call, workspace: Workspace, job: Job, deployment: Deployment, inputs: dict[str, Any]
) -> dict[str, Any] | None:
    """Writes the predictions; the error that the job fails with, if the model cannot answer.

    A deployment of a pipeline component has no model here: it does nothing and completes.
    """
    settings = deployment.body["properties"]
    if settings["model"] is None:
        return None
    lines: list[str] = []
    try:
        deployed_models.check(deployment.model)
        for name, data in _files(call, workspace, inputs).items():
            answers = deployed_models.predict(deployment.model, _request(name, data))
            lines += [f"{name},{answer}" for answer in answers]
    except deployed_models.ModelError as error:
        return {"code": "UserError", "message": f"Scoring failed: {error}"}
    _write(call, workspace, job, settings["outputFileName"], lines)
    return None


def _files(call: Call, workspace: Workspace, inputs: dict[str, Any]) -> dict[str, bytes]:
    """The blobs of all inputs, by name."""
    found = {}
    for given in inputs.values():
        folder = _folder(workspace, str(given.get("uri") or ""))
        for path, blob in call.cloud.store.blobs.under(folder).items() if folder else ():
            found[path or folder.rpartition("/")[2]] = blob.data
    return found


def _folder(workspace: Workspace, uri: str) -> str:
    """Where an input is: a data asset of the workspace, or a path of its own."""
    if named := _DATA.fullmatch(uri):
        asset = workspace.assets["data"].get(named[1], named[2])
        return asset.artifacts if asset else ""
    return locate(workspace, uri).folder


def _request(name: str, data: bytes) -> Any:
    """A CSV with a head, or the JSON that an online deployment takes."""
    try:
        text = data.decode()
        if not name.endswith(".csv"):
            return json.loads(text)
        rows = list(csv.reader(io.StringIO(text)))
        values = [[float(value) for value in row] for row in rows[1:]]
        return {"input_data": {"columns": rows[0] if rows else [], "data": values}}
    except ValueError as error:
        raise deployed_models.ModelError(f"the input {name} cannot be read: {error}") from None


def _write(call: Call, workspace: Workspace, job: Job, name: str, lines: list[str]) -> None:
    """Documented: the output `score` of the job's only step, in the workspace's blob store."""
    step = next(found for found in workspace.jobs.values() if found.parent == job.name)
    folder = f"{workspace.container('workspaceblobstore')}/azureml/{step.name}/score"
    text = "".join(f"{line}\n" for line in lines)
    call.cloud.store.blobs.put(f"{folder}/{name}", text.encode())
