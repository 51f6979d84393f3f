"""MLflow's REST API of a workspace: where a gate reads the metrics of a run.

The errors are MLflow's own, not ARM's.
"""

import math
from datetime import datetime
from typing import Any

from local.azureml.errors import PlainError
from local.azureml.resources import lookup
from local.azureml.store.places import Job, Workspace
from local.azureml.wire import Call, Reply


def get_run(call: Call) -> Reply:
    """GET runs/get: the last value of every metric."""
    workspace = lookup.workspace(call)
    job = _job(call, workspace)
    metrics = [_history(name, value)[-1] for name, value in job.metrics.items()]
    params = [{"key": name, "value": str(value)} for name, value in job.params.items()]
    tags = {"mlflow.rootRunId": job.name, "mlflow.runName": job.name, **job.tags}
    data = {
        "metrics": metrics,
        "params": params,
        "tags": [{"key": name, "value": str(value)} for name, value in tags.items()],
    }
    return Reply(body={"run": {"info": _info(workspace, job), "data": data}})


def metric_history(call: Call) -> Reply:
    """GET metrics/get-history: every value of one metric; a seeded list is a history."""
    job = _job(call, lookup.workspace(call))
    key = call.query.get("metric_key", "")
    found = _history(key, job.metrics[key]) if key in job.metrics else []
    return Reply(body={"metrics": found})


def _job(call: Call, workspace: Workspace) -> Job:
    name = call.query.get("run_id") or call.query.get("run_uuid") or ""
    if job := workspace.jobs.get(name):
        return job
    said = f"Run with id={name} not found"
    raise PlainError(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": said})


def _history(name: str, value: Any) -> list[dict[str, Any]]:
    values = value if isinstance(value, list) else [value]
    return [
        {"key": name, "value": _number(found), "timestamp": 0, "step": step}
        for step, found in enumerate(values)
    ]


def _number(value: Any) -> Any:
    """JSON has no NaN and no infinity: MLflow's protobuf writes them as strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
    return value


def _milliseconds(moment: str) -> int:
    """A moment as MLflow writes it."""
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


def _info(workspace: Workspace, job: Job) -> dict[str, Any]:
    status = {"Completed": "FINISHED", "Failed": "FAILED", "Canceled": "KILLED"}
    return {
        "run_uuid": job.name,
        "run_id": job.name,
        "run_name": job.name,
        "experiment_id": workspace.guid,
        "user_id": lookup.CREATED_BY,
        "status": status.get(job.status, "RUNNING"),
        "start_time": _milliseconds(job.created),
        # A run that has not ended has none.
        **({"end_time": _milliseconds(job.created)} if job.status in status else {}),
        "artifact_uri": f"azureml://experiments/{job.experiment}/runs/{job.name}/artifacts",
        "lifecycle_stage": "active",
    }
