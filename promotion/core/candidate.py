"""A model version with the evidence that gates judge."""

from datetime import datetime

from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.core.value import Value


class Metric(Value):
    """The last value that a run logged of a metric, in the units it was logged in."""

    value: float
    step: int | None = None
    """At which step it was logged; MLflow counts from 0."""
    run: str | None = None
    """The run that logged it: the candidate's own, or that of the pipeline around it."""


class Job(Value):
    """The job that made the model, as far as it could be read."""

    name: str
    status: str | None = None
    experiment: str | None = None
    environment: str | None = None
    """The environment that it ran in, as the job named it."""
    parent: str | None = None
    """The pipeline job that it is a step of."""
    properties: dict[str, str] = {}
    """Among them ``mlflow.source.git.commit`` and its kin."""


class Contents(Value):
    """What is in the model, as its MLmodel file and its folder say; None is not known."""

    flavors: dict[str, str | None] | None = None
    """Each MLflow flavor with the version of its framework: ``{"sklearn": "1.7.2"}``."""
    python: str | None = None
    """The version of Python that it was logged with."""
    signature: bool | None = None
    """Whether it states its inputs and outputs."""
    size: int | None = None
    """Bytes of all its files."""


class Champion(Value):
    """What a stage serves at the moment when the evidence is gathered."""

    deployment: str
    """The deployment with most of the traffic."""
    model: ModelVersion | None = None
    """What it serves; None when that is not a version of a model of the source workspace."""
    metrics: dict[str, Metric] = {}
    params: dict[str, str] = {}
    tags: dict[str, str] = {}
    trouble: str | None = None
    """Why its evidence is not known, when it is not."""


class Answer(Value):
    """What a service of the team said about the candidate."""

    passed: bool | None = None
    """None when it gave no verdict."""
    reason: str
    """Its own words; or, without a verdict, why there is none."""
    remedy: str | None = None
    """What it says is to be done."""
    broken: bool = False
    """Whether it answered, but not as it should."""


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
    registered_by_application: bool = False
    """Whether that is the name of an application, such as a pipeline's, and not a person's."""
    registered_at: datetime | None = None
    contents: Contents = Contents()
    run: str | None = None
    """The MLflow run that logged the model. The run of a job has the job's name."""
    job: Job | None = None
    trained_at: datetime | None = None
    """When the run ended."""
    metrics: dict[str, Metric] = {}
    """Of the MLflow run, and of the pipeline's run what that one has not."""
    params: dict[str, str] = {}
    """Parameters of the MLflow run, and of the pipeline's run what that one has not."""
    champions: dict[str, Champion | None] = {}
    """By stage, for those that a gate asks about; None when the stage serves nothing."""
    answers: dict[str, Answer] = {}
    """Of the services that gates ask, by the gate's ``question``."""
