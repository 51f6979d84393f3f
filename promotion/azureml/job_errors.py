"""Why a job failed. Only run history says so; Azure Resource Manager has the bare state."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.reading import look, mapping, text
from promotion.azureml.runs import service_url
from promotion.core.errors import Failure
from promotion.core.references import WorkspaceRef

_MOST_STEPS: Final = 3
_LONGEST: Final = 1_000


def why_it_failed(workspace: WorkspaceRef, name: str) -> Failure:
    """The message of the job, and those of its steps that failed, in Azure's words.

    A pipeline itself often only says that some step has failed.
    """
    with azure_errors(f"read why the job {name} failed", Role.DEPLOY):
        base = service_url(workspace, "history/v1.0")
        own = look(f"{base}/runs/{quote(name)}", {}) if base else None
        steps = look(f"{base}/runs/{quote(name)}/children", {}) if base else None
    error = _error(own)
    told = dict.fromkeys(filter(None, (_message(error), *_of_steps(steps, _message(error)))))
    sentences = [f"{one.rstrip('.')}." for one in told or ("Azure gives no reason",)]
    reason = f"The job {name} failed: {' '.join(sentences)}"
    remedy = "Look at the job's logs in the studio, and promote the version again once it can run."
    return Failure(reason=reason, remedy=remedy, code=text(error.get("code")) or "JobFailed")


def _of_steps(steps: Any, known: str) -> Iterator[str]:
    listed = mapping(steps).get("value")
    failed = [
        (text(step.get("displayName")) or text(step.get("runId")) or "?", message)
        for step in map(mapping, listed if isinstance(listed, list) else [])
        if step.get("status") == "Failed" and (message := _message(_error(step))) not in ("", known)
    ]
    yield from (f"Its step {name}: {message}" for name, message in failed[:_MOST_STEPS])


def _error(run: Any) -> dict[str, Any]:
    return mapping(mapping(mapping(run).get("error")).get("error"))


def _message(error: dict[str, Any]) -> str:
    message = " ".join((text(error.get("message")) or "").split())
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"
