"""Orders about a job of the team's own: submit it, look at it, cancel it."""

from datetime import datetime

from promotion.core.errors import Failure
from promotion.core.references import WorkspaceRef
from promotion.core.steps.base import Order, Receipt


class SubmitOrder(Order):
    """Submit the job, if it has not been."""

    activity = "submit_job"

    workspace: WorkspaceRef
    job: str
    """Its name, which follows from promotion and stage."""
    yaml: str
    """The team's file."""
    path: str
    """Where it stands, relative to the policy."""
    input: str
    asset_id: str
    references: dict[str, str] = {}
    """By field of the file, what the registry has in the place of what stands there."""


class SubmitReceipt(Receipt):
    """Azure has the job."""

    studio: str | None = None
    """Where people can watch it."""


class JobOrder(Order):
    """What is asked about a job that was submitted."""

    workspace: WorkspaceRef
    job: str
    started_at: datetime


class JobLookOrder(JobOrder):
    """Look how far the job is."""

    activity = "look_at_job"


class JobLookReceipt(Receipt):
    """How the job is, in Azure's word; ``failure`` when it ended in any way but well."""

    state: str
    failure: Failure | None = None


class CancelJobOrder(JobOrder):
    """Stop the job, if it was submitted and has not ended."""

    activity = "cancel_job"

    reason: str
