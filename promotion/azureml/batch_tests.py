"""Test jobs of batch deployments: found again by their mark, and stopped."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.pipeline_jobs import JobState, cancel_job
from promotion.azureml.reading import look, mapping, text, texts
from promotion.core.ways.base import Target

TEST_TAG: Final = "promotion.test"

_API: Final = "2024-01-01-preview"
_MOST: Final = 50
"""Jobs that are looked at: a deployment that is being tested is new, and has hardly any."""


def marked(target: Target, mark: str) -> Iterator[tuple[str, str | None]]:
    """Name and studio address of each job of the target's deployment that has this mark.

    Azure names jobs of batch endpoints itself. The name that an invocation asks for becomes their
    display name, which only the job itself tells.
    """
    client = access.workspace_client(target.workspace)
    listed: Any = client.batch_deployments.list_jobs(target.endpoint, name=target.deployment)
    for job in list(listed)[:_MOST]:
        found = _read(target, str(job.name))
        own = texts(found.get("tags")).get(TEST_TAG)
        if mark in (own, text(found.get("displayName"))):
            studio = mapping(mapping(found.get("services")).get("Studio"))
            yield str(job.name), text(studio.get("endpoint"))


def cancel_tests(
    target: Target, mark: str, *, known: str | None = None, spare: str | None = None
) -> tuple[JobState, ...]:
    """Every job with this mark, and the ``known`` one, that has not ended; asked to stop.

    ``spare`` is left alone.
    """
    with azure_errors(f"stop the test of {target.deployment}", Role.DEPLOY):
        names = dict.fromkeys(name for name, _ in _found(target, mark))
    if known is not None:
        names[known] = None
    names.pop(spare or "", None)
    states = (cancel_job(target.workspace, name) for name in names)
    return tuple(state for state in states if state is not None and not state.ended)


def _found(target: Target, mark: str) -> tuple[tuple[str, str | None], ...]:
    from azure.core.exceptions import ResourceNotFoundError

    try:
        return tuple(marked(target, mark))
    except ResourceNotFoundError:  # the deployment or its endpoint is gone
        return ()


def _read(target: Target, name: str) -> dict[str, Any]:
    """A plain request: the SDK parses all of a job to show what stands in three fields."""
    base = f"{access.resource_manager()}{target.workspace.arm_id.lstrip('/')}"
    return mapping(
        (look(f"{base}/jobs/{quote(name)}", {"api-version": _API}) or {}).get("properties")
    )
