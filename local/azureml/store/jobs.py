"""Jobs: what a training run has left behind, and the pipeline that it was a step of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.azureml.store.clock import stamp


@dataclass(frozen=True)
class Point:
    """One logged value of a metric."""

    value: float | str
    """A number; or, as JSON has no others, "NaN", "Infinity" or "-Infinity"."""
    step: int = 0
    timestamp: int = 0
    """Milliseconds since 1970."""


@dataclass
class Job:
    """A job with what MLflow and run history know of it."""

    name: str
    experiment: str = "Default"
    status: str = "Completed"
    type: str = "Command"
    """Azure's `jobType`: Command or Pipeline."""
    parent: str | None = None
    """The pipeline job that this one is a step of."""
    metrics: dict[str, list[Point]] = field(default_factory=dict)
    params: dict[str, object] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    created: str = field(default_factory=stamp)
    ended: str | None = None
    """Only of a job that has ended; as soon as it began, unless somebody says otherwise."""
    display: str | None = None
    """Azure's `displayName`; the name, unless somebody says otherwise."""
    definition: dict[str, Any] | None = None
    """What was submitted, as Azure shows it. None of a job that was seeded."""
    error: dict[str, Any] | None = None
    """Why it failed: `code` and `message`."""


ENDED = {"Completed": "FINISHED", "Failed": "FAILED", "Canceled": "KILLED"}
"""The statuses of a job that has ended, as MLflow calls them. All others are RUNNING there."""


def end_of(job: Job) -> str | None:
    """When the job ended; None while it has not."""
    return (job.ended or job.created) if job.status in ENDED else None


def root_of(jobs: Mapping[str, Job], job: Job) -> str:
    """The name of the job at the top, which the pipeline's steps have in common."""
    name, seen = job.name, {job.name}
    while (found := jobs.get(name)) and found.parent and found.parent not in seen:
        name = found.parent
        seen.add(name)
    return name
