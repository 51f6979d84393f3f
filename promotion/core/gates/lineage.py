"""Gate ``lineage``: is it known where the model came from, and is that the right place?"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field

from promotion.core.candidate import Candidate, Job
from promotion.core.gates.base import Gate
from promotion.core.verdict import Outcome, Verdict

type Finding = tuple[Outcome, str, str]
"""What one wish comes to: the outcome, the reason, and what to do about it."""

_GIT = {
    # As the SDK and MLflow write them on jobs; the second name is that of older SDKs.
    "repository": ("mlflow.source.git.repoURL", "azureml.git.repository_uri"),
    "branch": ("mlflow.source.git.branch", "azureml.git.branch"),
    "commit": ("mlflow.source.git.commit", "azureml.git.commit"),
    "dirty": ("azureml.git.dirty", "mlflow.source.git.dirty"),
}
_OVER = ("failed", "canceled", "cancelled", "killed", "notresponding")
"""How jobs end that did not complete, in Azure ML and in MLflow."""
_REPOSITORY = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@]*@)?(?P<host>[^/:@]+)(?::\d+)?/|[^/@:]+@(?P<scp>[^/:@]+):)"
    r"(?P<path>.+)"
)
_PINNED = re.compile(r".*(?:/versions/|:)(?!latest$)[^/:@]+", re.IGNORECASE)
_FROM_GIT = "Submit the job from a working copy of the repository, so that Azure ML notes it down."


class LineageGate(Gate):
    """Is it known where the model came from, and is that where it should come from?

    Always asks that a job made the model, and that the job completed. Everything else is asked if
    it is stated. What is not known is *inconclusive*, what is known to be otherwise has *failed*;
    all of it is said at once.
    """

    kind: Literal["lineage"]
    experiment: str | None = Field(
        default=None, description="Name or glob of the experiment that the job belongs to."
    )
    repository: str | None = Field(
        default=None, description="URL or glob of the git repository of the training code."
    )
    branch: str | None = Field(
        default=None, description="Name or glob of the branch of the training code."
    )
    commit: bool = Field(
        default=False, description="Whether the commit of the training code must be known."
    )
    clean: bool = Field(
        default=False,
        description="Whether there must have been no uncommitted changes in the working copy.",
    )
    pinned_environment: bool = Field(
        default=False,
        description="Whether the job must have named a version of its environment.",
    )
    registered_by: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="Who may have registered the model: names or globs."
    )

    @property
    def label(self) -> str:
        return "lineage"

    def answer(self, candidate: Candidate) -> Verdict:
        found = list(self._findings(candidate))
        outcomes = {outcome for outcome, _, _ in found}
        if not found:
            made_by = candidate.job.name if candidate.job else ""
            return self.verdict(Outcome.PASSED, f"Made by the job {made_by}, as the policy wants.")
        return self.verdict(
            Outcome.FAILED if Outcome.FAILED in outcomes else Outcome.INCONCLUSIVE,
            " ".join(reason for _, reason, _ in found),
            remedy=" ".join(dict.fromkeys(remedy for _, _, remedy in found)),
        )

    def _findings(self, candidate: Candidate) -> Iterator[Finding]:
        """Everything that is not as it should be."""
        if candidate.job is None:
            yield (
                Outcome.INCONCLUSIVE,
                f"No job is known that made {candidate.model}.",
                "Register the model from its job's output.",
            )
        else:
            yield from self._in_job(candidate.job)
        if self.registered_by is not None:
            yield from _wanted("who registered it", candidate.registered_by, *self.registered_by)

    def _in_job(self, job: Job) -> Iterator[Finding]:
        yield from _ended(job)
        if self.experiment is not None:
            yield from _wanted("the experiment", job.experiment, self.experiment)
        if self.repository is not None:
            known = _git(job, "repository")
            found = repository(known) if known else None
            yield from _wanted("the git repository", found, repository(self.repository))
        if self.branch is not None:
            yield from _wanted("the git branch", _git(job, "branch"), self.branch)
        if self.commit and not _git(job, "commit"):
            yield Outcome.INCONCLUSIVE, "The git commit is not known.", _FROM_GIT
        if self.clean:
            yield from _clean(job)
        if self.pinned_environment and not _PINNED.fullmatch(job.environment or ""):
            yield (
                Outcome.FAILED if job.environment else Outcome.INCONCLUSIVE,
                f"The environment {job.environment or 'is not known, so it'} names no version.",
                "Name a version of the environment in the job, as azureml:name:3.",
            )


def repository(url: str) -> str:
    """The repository at ``url`` in one spelling, ``https://host/path``, without credentials.

    Git takes several for the same: ``git@github.com:contoso/taxi.git``,
    ``ssh://git@github.com/contoso/taxi``, ``https://user:token@GitHub.com/contoso/taxi.git/``.
    """
    match = _REPOSITORY.fullmatch(url.strip())
    if match is None:
        return url.strip()
    path = match["path"].strip("/").removesuffix(".git")
    return f"https://{(match['host'] or match['scp']).lower()}/{path}"


def _ended(job: Job) -> Iterator[Finding]:
    status = (job.status or "").lower()
    if status in ("completed", "finished"):
        return
    if status in _OVER:
        yield (
            Outcome.FAILED,
            f"The job {job.name} is {job.status}, not completed.",
            "Register models of jobs that have completed.",
        )
    else:
        yield (
            Outcome.INCONCLUSIVE,
            f"The job {job.name} is {job.status or 'in an unknown state'}, not completed yet.",
            "Register the model when the job has completed, or let the policy wait for it with "
            "inconclusive: hold.",
        )


def _wanted(what: str, value: str | None, *globs: str) -> Iterator[Finding]:
    wishes = " or ".join(globs)
    if not value:
        yield Outcome.INCONCLUSIVE, f"It is not known: {what}; it should be {wishes}.", _FROM_GIT
    elif not any(fnmatchcase(value, glob) for glob in globs):
        reason = f"{what.capitalize()} is {value}; it should be {wishes}."
        yield Outcome.FAILED, reason, f"Train and register where {what} is {wishes}."


def _clean(job: Job) -> Iterator[Finding]:
    dirty = (_git(job, "dirty") or "").lower()
    if dirty == "true":
        reason = f"The job {job.name} ran with uncommitted changes."
        yield Outcome.FAILED, reason, "Commit the changes, then train again."
    elif dirty != "false":
        reason = "It is not known whether there were uncommitted changes."
        yield Outcome.INCONCLUSIVE, reason, _FROM_GIT


def _git(job: Job, what: str) -> str | None:
    return next((job.properties[name] for name in _GIT[what] if job.properties.get(name)), None)
