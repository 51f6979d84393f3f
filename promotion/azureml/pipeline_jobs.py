"""The team's own jobs: submitted with a version, looked at, cancelled."""

from typing import Any, Final
from urllib.parse import quote

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.files import refuse
from promotion.azureml.job_errors import why_it_failed
from promotion.azureml.job_files import check_job, load_job
from promotion.azureml.reading import look, mapping, text, texts
from promotion.core import marks
from promotion.core.errors import Failure, Terminal
from promotion.core.references import WorkspaceRef
from promotion.core.steps.job import SubmitOrder
from promotion.core.value import Value
from promotion.settings import read_settings

_API: Final = "2024-01-01-preview"
_ENDED: Final = frozenset({"Completed", "Failed", "Canceled"})
_CANCELLING: Final = "CancelRequested"


class JobState(Value):
    """A job as Azure shows it."""

    state: str
    """In Azure's word, such as Running."""
    studio: str | None = None
    """Where people can watch it."""
    promotion: str | None = None
    """The promotion that submitted it, if one did."""
    failure: Failure | None = None
    """Why it did not end well."""

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in _ENDED


def submit_job(order: SubmitOrder) -> str | None:
    """Submit the job, unless it has been; the address at which people can watch it.

    Azure takes a second submission of the same name for a change of tags, and starts nothing;
    that it is found first spares the upload of its code.
    """
    with azure_errors(f"submit the job {order.job}", Role.DEPLOY):
        found = _find(order.workspace, order.job)
        if found is None:
            job = _from_file(order)
            access.workspace_client(order.workspace).jobs.create_or_update(job)
            found = _find(order.workspace, order.job)
        elif found.promotion != order.context.promotion_id:
            raise Terminal(
                f"{order.workspace.name} has a job {order.job} that this promotion did not submit.",
                remedy="Promote the version again: the new promotion names its job otherwise.",
                code="JobTaken",
            )
    return found.studio if found else None


def look_at_job(workspace: WorkspaceRef, name: str) -> JobState:
    """How far the job is; with the reason if it has ended in any way but well."""
    with azure_errors(f"look at the job {name}", Role.DEPLOY):
        found = _find(workspace, name)
        if found is None:
            reason = f"The job {name} is gone; somebody deleted it."
            return JobState(state="Failed", failure=Failure(reason=reason, code="JobGone"))
        if found.state == "Canceled":
            reason = f"The job {name} was cancelled in {workspace.name}."
            remedy = "Promote the version again when the job may run."
            failure = Failure(reason=reason, remedy=remedy, code="JobCancelled")
            return found.model_copy(update={"failure": failure})
        if found.state == "Failed":
            return found.model_copy(update={"failure": why_it_failed(workspace, name)})
        return found


def cancel_job(
    workspace: WorkspaceRef, name: str, *, only_of: str | None = None
) -> JobState | None:
    """The job as it is; one that has not ended is asked to stop. None if there is no such job.

    With ``only_of`` a job that another promotion or a person submitted is none, and goes on.
    """
    from azure.core.exceptions import HttpResponseError

    with azure_errors(f"cancel the job {name}", Role.DEPLOY):
        found = _find(workspace, name)
        if found is None or only_of not in (None, found.promotion):
            return None
        if found.ended or found.state == _CANCELLING:
            return found
        try:
            access.workspace_client(workspace).jobs.begin_cancel(name)
        except HttpResponseError:
            # It may have ended a moment ago: Azure does not cancel that.
            now = _find(workspace, name)
            if now is None or not now.ended:
                raise
            return now
        return found


def _find(workspace: WorkspaceRef, name: str) -> JobState | None:
    """A plain request: the SDK parses all of a job to show what stands in three fields."""
    url = f"{access.resource_manager()}{workspace.arm_id.lstrip('/')}/jobs/{quote(name)}"
    found = look(url, {"api-version": _API})
    if found is None:
        return None
    properties = mapping(found.get("properties"))
    studio = mapping(mapping(properties.get("services")).get("Studio"))
    return JobState(
        state=text(properties.get("status")) or "Unknown",
        studio=text(studio.get("endpoint")),
        promotion=texts(properties.get("tags")).get(marks.PROMOTION),
    )


def _from_file(order: SubmitOrder) -> Any:
    context = order.context
    path = read_settings().policy.parent / order.path
    refuse(order.path, check_job(order.yaml, path))
    ours = {"name": order.job, f"inputs.{order.input}.path": order.asset_id}
    job = load_job(order.yaml, path, order.references | ours)
    job.tags = {
        **(job.tags or {}),
        marks.PROMOTION: context.promotion_id,
        marks.MODEL: context.model.name,
        marks.VERSION: context.model.version,
        marks.SOURCE: context.source,
        "promotion.stage": context.stage or "",
    }
    return job
