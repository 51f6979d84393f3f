"""Gate ``lineage``: is it known where the model came from, and is that the right place?"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field

from promotion.core.candidate import Candidate, Job
from promotion.core.gates.base import Gate
from promotion.core.gates.repository import address_of, glob_of, is_at
from promotion.core.gates.text import shown
from promotion.core.policy.glob import Glob
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
_OVER = ("failed", "canceled", "cancelled", "killed")
"""How jobs end that did not complete, in Azure ML and in MLflow. From NotResponding they return."""
_PINNED = re.compile(
    r"(?:.*/versions/|(?:azureml:|(?!azureml:))[^/:@]+:)(?!latest$)[^/:@]+",
    re.IGNORECASE | re.DOTALL,
)
_FROM_GIT = "Submit the job from a working copy of the repository, so that Azure ML notes it down."
_REF = "refs/heads/"
"""How build servers write branches."""
_FROM_JOB = "Register the model from its job's output."


class LineageGate(Gate):
    """Is it known where the model came from, and is that where it should come from?

    Always asks that a job made the model, and that the job completed. Everything else is asked if
    it is stated. What is not known is *inconclusive*, what is known to be otherwise has *failed*;
    all of it is said at once.
    """

    kind: Literal["lineage"]
    experiment: Glob | None = Field(
        default=None, description="Name or glob of the experiment that the job belongs to."
    )
    repository: Glob | None = Field(
        default=None, description="URL or glob of the git repository of the training code."
    )
    branch: Glob | None = Field(
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
    registered_by: tuple[Glob, ...] | None = Field(
        default=None,
        min_length=1,
        description="Who may have registered the model: names or globs, in any case.",
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
                _FROM_JOB,
            )
        else:
            yield from self._in_job(candidate.job)
        if self.registered_by is not None:
            yield from _registered(candidate.registered_by, self.registered_by)

    def _in_job(self, job: Job) -> Iterator[Finding]:
        yield from _ended(job)
        if self.experiment is not None:
            yield from _wanted("experiment", job.experiment, self.experiment, _FROM_JOB)
        if self.repository is not None:
            yield from _in_repository(_git(job, "repository"), self.repository)
        if self.branch is not None:
            branch = (_git(job, "branch") or "").removeprefix(_REF)
            yield from _wanted("git branch", branch, self.branch.removeprefix(_REF), _FROM_GIT)
        if self.commit and not _git(job, "commit"):
            yield Outcome.INCONCLUSIVE, "The git commit is not known.", _FROM_GIT
        if self.clean:
            yield from _clean(job)
        if self.pinned_environment and not _PINNED.fullmatch(job.environment or ""):
            yield (
                Outcome.FAILED if job.environment else Outcome.INCONCLUSIVE,
                f"The environment {_pinning(job.environment)}.",
                "Name a version of the environment in the job, as azureml:name:3.",
            )


def _ended(job: Job) -> Iterator[Finding]:
    status = (job.status or "").lower()
    if status in ("completed", "finished"):
        return
    if status in _OVER:
        yield (
            Outcome.FAILED,
            f"The job {job.name} is {shown(job.status or '')}, not completed.",
            "Register models of jobs that have completed.",
        )
    else:
        state = shown(job.status or "in an unknown state")
        yield (
            Outcome.INCONCLUSIVE,
            f"The job {job.name} is {state}, not completed yet.",
            "Register the model when the job has completed, or let the policy wait for it with "
            "inconclusive: hold.",
        )


def _wanted(what: str, value: str | None, wish: str, remedy: str) -> Iterator[Finding]:
    if not value:
        yield Outcome.INCONCLUSIVE, f"The {what} is not known; it should be {wish}.", remedy
    elif not fnmatchcase(value, wish):
        reason = f"The {what} is {shown(value)}; it should be {wish}."
        yield Outcome.FAILED, reason, f"Train the model where the {what} is {wish}."


def _in_repository(url: str | None, wish: str) -> Iterator[Finding]:
    address = address_of(url) if url else None
    if url and address is None:
        reason = "The git repository has an address that cannot be read, nor shown for safety."
        yield Outcome.FAILED, reason, "Look at it with git remote -v, then set it anew."
    elif address is None or not is_at(address, wish):
        yield from _wanted("git repository", address, glob_of(wish), _FROM_GIT)


def _registered(by: str | None, wishes: tuple[str, ...]) -> Iterator[Finding]:
    allowed = " or ".join(wishes)
    if not by:
        reason = f"It is not known who registered the model; it should be {allowed}."
        yield Outcome.INCONCLUSIVE, reason, f"Let {allowed} register it."
    # Entra takes names of people in any case.
    elif not any(fnmatchcase(by.casefold(), wish.casefold()) for wish in wishes):
        reason = f"The model was registered by {shown(by)}; it should be by {allowed}."
        yield Outcome.FAILED, reason, f"Let {allowed} register it."


def _pinning(environment: str | None) -> str:
    return f"{shown(environment)} names no version" if environment else "is not known"


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
