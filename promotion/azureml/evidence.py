"""Reads what gates may ask about: the model version, the job behind it, its run's metrics."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.core.candidate import Candidate, Job
from promotion.core.errors import Terminal
from promotion.core.references import ModelVersion, WorkspaceRef

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

_JOB_API: Final = "2024-01-01-preview"
_RUN: Final = re.compile(r"(?:^runs:/|/runs/)([^/]+)/")


def read_candidate(source: WorkspaceRef, model: ModelVersion) -> Candidate:
    """``model`` with its evidence. A job or run that cannot be found is missing, not an error."""
    client = access.workspace_client(source)
    found = _model(client, source, model)
    properties = _texts(found.properties)
    run = found.job_name or _run_in(properties)
    logged = _run(client, source, run) if run else {}
    data = logged.get("data") or {}
    created = found.creation_context
    return Candidate(
        source=source,
        model=model,
        as_of=datetime.now(UTC),
        description=found.description,
        type=found.type,
        tags=_texts(found.tags),
        properties=properties,
        registered_by=created.created_by if created else None,
        registered_at=created.created_at if created else None,
        run=run,
        job=_job(source, run) if run else None,
        trained_at=_moment((logged.get("info") or {}).get("end_time")),
        metrics=_last_values(data.get("metrics") or []),
        params={param["key"]: str(param.get("value")) for param in data.get("params") or []},
    )


def _model(client: "MLClient", source: WorkspaceRef, model: ModelVersion) -> Any:
    from azure.core.exceptions import ResourceNotFoundError

    with azure_errors(f"read {model} in {source.name}", Role.READ_SOURCE):
        try:
            return client.models.get(model.name, model.version)
        except ResourceNotFoundError:
            raise Terminal(
                f"{model} is not in the workspace {source.name}: "
                "it was registered and then deleted, or never was.",
                remedy="Register the model again, as a new version.",
                code="ModelNotFound",
            ) from None


def _run_in(properties: dict[str, str]) -> str | None:
    """The run of a model that was logged by MLflow outside a job, a notebook for instance."""
    match = _RUN.search(properties.get("mlflow.modelSourceUri", ""))
    return match.group(1) if match else None


def _job(source: WorkspaceRef, name: str) -> Job | None:
    """The job of that name; None if there is none, or if it is of a kind that cannot be read.

    A plain request, because the SDK parses all of a job and raises for kinds that it does not
    know, MLflow's own runs among them, where four fields are asked for.
    """
    url = f"{access.resource_manager()}{source.arm_id.lstrip('/')}/jobs/{quote(name)}"
    with azure_errors(f"read the job {name}", Role.READ_SOURCE):
        found = _unless_missing(url, {"api-version": _JOB_API})
    properties = found.get("properties")
    if not properties:
        return None
    return Job(
        name=name,
        status=properties.get("status"),
        experiment=properties.get("experimentName"),
        environment=properties.get("environmentId"),
        properties=_texts(properties.get("properties")),
    )


def _run(client: "MLClient", source: WorkspaceRef, run: str) -> dict[str, Any]:
    """The MLflow run: ``info`` about it, ``data`` with lists of metrics, params and tags."""
    with azure_errors(f"read the metrics of the run {run}", Role.READ_SOURCE):
        tracking = client.workspaces.get(source.name).mlflow_tracking_uri or ""
        url = tracking.replace("azureml://", "https://", 1) + "/api/2.0/mlflow/runs/get"
        found = _unless_missing(url, {"run_id": run})
    logged: dict[str, Any] = found.get("run") or {}
    return logged


def _unless_missing(url: str, params: dict[str, str]) -> dict[str, Any]:
    """The JSON at ``url``; empty when there is nothing, or nothing that can be read."""
    from azure.core.exceptions import HttpResponseError

    try:
        found: dict[str, Any] = access.request("GET", url, params=params).json()
    except HttpResponseError as error:
        if error.status_code in (400, 404):
            return {}
        raise
    return found


def _last_values(metrics: list[dict[str, Any]]) -> dict[str, float]:
    # MLflow's runs/get gives the last value of each metric; NaN and infinities come as texts.
    return {metric["key"]: float(metric["value"]) for metric in metrics if "value" in metric}


def _moment(milliseconds: Any) -> datetime | None:
    """MLflow gives times in milliseconds since 1970; a run that has not ended has none."""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC) if milliseconds else None


def _texts(values: dict[str, Any] | None) -> dict[str, str]:
    return {key: str(value) for key, value in (values or {}).items() if value is not None}
