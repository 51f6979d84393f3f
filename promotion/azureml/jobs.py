"""The job that made a model, be it one that was submitted or a step of a pipeline."""

from typing import Final
from urllib.parse import quote

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.reading import look, mapping, text, texts
from promotion.azureml.runs import is_run, outer, service_url
from promotion.core.candidate import Job
from promotion.core.references import WorkspaceRef
from promotion.core.value import Value

_JOB_API: Final = "2024-01-01-preview"
_GIT: Final = ("mlflow.source.git.", "azureml.git.")


class History(Value):
    """A run as run history tells of it."""

    status: str | None = None
    properties: dict[str, str] = {}
    around: tuple[str, ...] = ()
    """The runs that it is a step of, the nearest first."""


def read_job(source: WorkspaceRef, name: str) -> Job | None:
    """The job of that name; None if there is none, or if it is of a kind that cannot be read.

    Of a pipeline's step Azure Resource Manager has the name and nothing else.

    A plain request, because the SDK parses all of a job and raises for kinds that it does not
    know, MLflow's own runs among them, where four fields are asked for.
    """
    url = f"{access.resource_manager()}{source.arm_id.lstrip('/')}/jobs/{quote(name)}"
    with azure_errors(f"read the job {name}", Role.READ_SOURCE):
        found = look(url, {"api-version": _JOB_API}) if is_run(name) else None
    if found is None:
        return None
    properties = mapping(found.get("properties"))
    return Job(
        name=name,
        status=text(properties.get("status")),
        experiment=text(properties.get("experimentName")),
        environment=text(properties.get("environmentId")),
        properties=texts(properties.get("properties")),
    )


def read_history(source: WorkspaceRef, name: str) -> History | None:
    """What run history tells of the run, a pipeline's step for instance; None if nothing."""
    with azure_errors(f"read the history of the run {name}", Role.READ_SOURCE):
        base = service_url(source, "history/v1.0")
        found = look(f"{base}/runs/{quote(name)}", {}) if base and is_run(name) else None
    if found is None:
        return None
    return History(
        status=text(found.get("status")),
        properties=texts(found.get("properties")),
        around=outer(name, text(found.get("parentRunId")), text(found.get("rootRunId"))),
    )


def step(job: Job, history: History, around: tuple[str, ...], submitted: Job | None) -> Job:
    """``job`` with what the history of its run knows, and the job that was ``submitted``.

    The SDK writes what git knew on the job that was submitted: of a step that is the pipeline.
    """
    git = {
        name: value
        for name, value in (submitted.properties if submitted else {}).items()
        if name.startswith(_GIT)
    }
    return job.model_copy(
        update={
            "status": job.status or history.status,
            "experiment": job.experiment or (submitted.experiment if submitted else None),
            "parent": around[0] if around else None,
            "properties": git | history.properties | job.properties,
        }
    )
