"""A model version with the evidence that gates judge."""

from datetime import datetime

from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.core.value import Value


class Job(Value):
    """The job that made the model, as far as it could be read."""

    name: str
    status: str | None = None
    experiment: str | None = None
    environment: str | None = None
    """The environment that it ran in, as the job named it."""
    properties: dict[str, str] = {}
    """Among them ``mlflow.source.git.commit`` and its kin."""


class Candidate(Value):
    """Everything that is known about a model version at one moment; what is missing is missing."""

    source: WorkspaceRef
    model: ModelVersion
    as_of: datetime
    """When the evidence was gathered. Gates read this instead of a clock."""
    description: str | None = None
    type: str | None = None
    """mlflow_model, custom_model or triton_model."""
    tags: dict[str, str] = {}
    properties: dict[str, str] = {}
    registered_by: str | None = None
    registered_at: datetime | None = None
    run: str | None = None
    """The MLflow run that logged the model. The run of a job has the job's name."""
    job: Job | None = None
    trained_at: datetime | None = None
    """When the run ended."""
    metrics: dict[str, float] = {}
    """Last value of each metric of the MLflow run, in the units it was logged in."""
    params: dict[str, str] = {}
    """Parameters of the MLflow run."""
