"""Reads what gates may ask about: the model version, the job behind it, its run's metrics."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.core.candidate import Candidate, Job
from promotion.core.errors import Terminal
from promotion.core.references import ModelVersion, WorkspaceRef

if TYPE_CHECKING:
    from azure.ai.ml import MLClient


def read_candidate(source: WorkspaceRef, model: ModelVersion) -> Candidate:
    """``model`` with its evidence. A job or run that cannot be found is missing, not an error."""
    client = access.workspace_client(source)
    found = _model(client, source, model)
    job = _job(client, found.job_name, model) if found.job_name else None
    run = _run(client, source, job) if job else {}
    created = found.creation_context
    return Candidate(
        source=source,
        model=model,
        as_of=datetime.now(UTC),
        description=found.description,
        type=found.type,
        tags=_texts(found.tags),
        properties=_texts(found.properties),
        registered_by=created.created_by if created else None,
        registered_at=created.created_at if created else None,
        job=job,
        metrics=_last_values(run.get("metrics", [])),
        params={param["key"]: str(param["value"]) for param in run.get("params", [])},
    )


def _model(client: "MLClient", source: WorkspaceRef, model: ModelVersion) -> Any:
    from azure.core.exceptions import ResourceNotFoundError

    with azure_errors(f"read {model} in {source.name}", Role.READ_SOURCE):
        try:
            return client.models.get(model.name, model.version)
        except ResourceNotFoundError:
            raise Terminal(
                f"{model} is not in the workspace {source.name}: registered and then deleted.",
                remedy="Register the model again, as a new version.",
                code="ModelNotFound",
            ) from None


def _job(client: "MLClient", name: str, model: ModelVersion) -> Job | None:
    from azure.core.exceptions import ResourceNotFoundError

    with azure_errors(f"read the job {name} that made {model}", Role.READ_SOURCE):
        try:
            job = client.jobs.get(name)
        except ResourceNotFoundError:
            return None
    return Job(
        name=name,
        status=job.status,
        experiment=job.experiment_name,
        properties=_texts(job.properties),
    )


def _run(client: "MLClient", source: WorkspaceRef, job: Job) -> dict[str, Any]:
    """``data`` of the MLflow run that has the job's name: lists of metrics, params and tags."""
    from azure.core.exceptions import ResourceNotFoundError

    with azure_errors(f"read the metrics of the job {job.name}", Role.READ_SOURCE):
        tracking = client.workspaces.get(source.name).mlflow_tracking_uri or ""
        url = tracking.replace("azureml://", "https://", 1) + "/api/2.0/mlflow/runs/get"
        try:
            answer = access.request("GET", url, params={"run_id": job.name}).json()
        except ResourceNotFoundError:
            return {}
    data: dict[str, Any] = answer.get("run", {}).get("data", {})
    return data


def _last_values(metrics: list[dict[str, Any]]) -> dict[str, float]:
    # MLflow's runs/get gives the last value of each metric; NaN and infinities come as texts.
    return {metric["key"]: float(metric["value"]) for metric in metrics}


def _texts(values: dict[str, Any] | None) -> dict[str, str]:
    return {key: str(value) for key, value in (values or {}).items() if value is not None}
