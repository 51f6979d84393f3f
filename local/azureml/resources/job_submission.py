"""PUT of a job: submits it, or changes what may change of one that was.

Documented in the REST specification: "Creates and executes a Job. For update case, the Tags in the
definition passed in will replace Tags in the existing job." So a second PUT starts nothing.
"""

import copy
import re
from typing import Any

from local.azureml.errors import AzureError
from local.azureml.resources import computes, job_runs, jobs, lookup
from local.azureml.store.jobs import Job
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply

_MODEL = re.compile(r"azureml://registries/([^/]+)/models/([^/]+)/versions/(.+)")
_APART = {"tags", "properties", "displayName", "experimentName", "status", "services"}
"""What is a field of its own in the store."""


def put(call: Call) -> Reply:
    workspace = lookup.workspace(call)
    name = call.params["name"]
    if old := workspace.jobs.get(name):
        return _updated(call, workspace, old)
    asked = copy.deepcopy(call.properties)
    steps = dict(asked.get("jobs") or {})
    _check(call, workspace, asked, steps)
    job = _job(name, asked)
    job_runs.start(call, workspace, job, list(steps), lambda: None)
    location = f"{call.cloud.url}{workspace.id}/jobs/{name}?api-version={call.api_version}"
    return Reply(201, jobs.body(call, workspace, job), {"Location": location})


def _updated(call: Call, workspace: Workspace, job: Job) -> Reply:
    """Tags are replaced; properties may only be added (a comment in azure-ai-ml says so)."""
    asked = call.properties
    if "tags" in asked:
        job.tags = dict(asked["tags"] or {})
    job.properties = {**(asked.get("properties") or {}), **job.properties}
    return Reply(200, jobs.body(call, workspace, job))


def _job(name: str, asked: dict[str, Any]) -> Job:
    """Recorded: a pipeline begins Preparing; a command begins Queued or Starting."""
    kind = str(lookup.required(asked, "jobType"))
    return Job(
        name=name,
        experiment=asked.get("experimentName") or "Default",
        status="Preparing",
        type=kind,
        display=asked.get("displayName"),
        tags=dict(asked.get("tags") or {}),
        properties=dict(asked.get("properties") or {}),
        definition={key: value for key, value in asked.items() if key not in _APART},
    )


def _check(call: Call, workspace: Workspace, asked: dict[str, Any], steps: dict[str, Any]) -> None:
    """What the job names has to be there. Recorded of a registry's component; else a guess."""
    computes.referenced(workspace, (asked.get("settings") or {}).get("default_compute"))
    for one in (asked, *steps.values()):
        computes.referenced(workspace, one.get("computeId"))
        for given in (one.get("inputs") or {}).values():
            _check_model(call, str((given or {}).get("uri") or ""))


def _check_model(call: Call, uri: str) -> None:
    named = _MODEL.fullmatch(uri)
    if named is None:
        return
    registry = call.cloud.store.registry(named[1])
    if registry is None or registry.assets["models"].get(named[2], named[3]) is None:
        message = f"key: {uri}, Message: Could not find asset with ID: {uri}"
        raise AzureError(400, "BadRequest", message)
