"""MLflow's REST API of a workspace: where a gate reads the metrics of a run.

The errors are MLflow's own, not ARM's.
"""

from typing import Any

from local.azureml.errors import PlainError
from local.azureml.resources import lookup
from local.azureml.store.clock import milliseconds
from local.azureml.store.jobs import ENDED, Job, Point, end_of, root_of
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply


def get_run(call: Call) -> Reply:
    """GET runs/get: the last value of every metric."""
    workspace = lookup.workspace(call)
    job = _job(call, workspace)
    metrics = [_metric(name, _last(points)) for name, points in job.metrics.items()]
    params = [{"key": name, "value": str(value)} for name, value in job.params.items()]
    tags = {**_own_tags(workspace, job), **job.tags}
    data = {
        "metrics": metrics,
        "params": params,
        "tags": [{"key": name, "value": str(value)} for name, value in tags.items()],
    }
    return Reply(body={"run": {"info": _info(workspace, job), "data": data}})


def metric_history(call: Call) -> Reply:
    """GET metrics/get-history: every value of one metric."""
    job = _job(call, lookup.workspace(call))
    key = call.query.get("metric_key", "")
    return Reply(body={"metrics": [_metric(key, point) for point in job.metrics.get(key, [])]})


def _job(call: Call, workspace: Workspace) -> Job:
    name = call.query.get("run_id") or call.query.get("run_uuid") or ""
    if job := workspace.jobs.get(name):
        return job
    said = f"Run with id={name} not found"
    raise PlainError(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": said})


def _own_tags(workspace: Workspace, job: Job) -> dict[str, str]:
    """The tags that nobody has set: a run at the top is its own root and has no parent."""
    root = root_of(workspace.jobs, job)
    tags = {
        "mlflow.rootRunId": root,
        "mlflow.runName": job.name,
        "mlflow.user": lookup.CREATED_BY,
    }
    if job.parent:
        tags |= {"mlflow.parentRunId": job.parent, "azureml.pipeline": root}
    return tags


def _last(points: list[Point]) -> Point:
    """MLflow's last value is that of the highest step, however late another was logged."""
    return sorted(points, key=lambda point: (point.step, point.timestamp))[-1]


def _metric(name: str, point: Point) -> dict[str, Any]:
    return {
        "key": name,
        "value": point.value,
        "timestamp": point.timestamp,
        "step": point.step,
    }


def _info(workspace: Workspace, job: Job) -> dict[str, Any]:
    ended = end_of(job)
    return {
        "run_uuid": job.name,
        "run_id": job.name,
        "run_name": job.name,
        "experiment_id": workspace.guid,
        "user_id": lookup.CREATED_BY,
        "status": ENDED.get(job.status, "RUNNING"),
        "start_time": milliseconds(job.created),
        # A run that has not ended has none.
        **({"end_time": milliseconds(ended)} if ended else {}),
        "artifact_uri": f"azureml://experiments/{job.experiment}/runs/{job.name}/artifacts",
        "lifecycle_stage": "active",
    }
