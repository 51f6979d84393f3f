"""Orders about a pipeline of the team's own: start a run of it, look at the run, stop it."""

from datetime import datetime
from typing import Literal

from promotion.core.errors import Failure
from promotion.core.steps.base import Order, Receipt
from promotion.core.value import Value
from promotion.core.ways.pipelines import AnyPipeline

type Outcome = Literal["succeeded", "failed", "cancelled"]


class Run(Value):
    """One run of a pipeline."""

    id: int
    link: str | None = None
    """Where people can watch it."""


class Sent(Value):
    """What is known of a request to start a run whose answer did not name the run."""

    at: datetime
    accepted: bool
    """False: the answer was lost, so that nobody knows whether there is a run."""


class RunOrder(Order):
    """What every order about a run has."""

    pipeline: AnyPipeline
    name: str
    """What the run is called: the parameter by which it is found, from promotion and stage."""
    since: datetime
    """When the delivery began: the run cannot be older."""
    not_before: datetime | None = None
    """The far side is not to be asked earlier: it said so."""


class RunReceipt(Receipt):
    """What every receipt about a run has."""

    not_before: datetime | None = None
    """The far side wants to be left alone until then."""


class StartOrder(RunOrder):
    """Start a run, unless there is one already."""

    activity = "start_pipeline"

    parameters: dict[str, str]
    sent: Sent | None = None
    """As the receipt before said."""


class StartReceipt(RunReceipt):
    """The run, once it is known."""

    run: Run | None = None
    sent: Sent | None = None


class RunLookOrder(RunOrder):
    """Look how far the run is."""

    activity = "look_at_pipeline"

    run: Run


class RunLookReceipt(RunReceipt):
    """How the run is; ``failure`` when it ended in any way but well."""

    state: str = ""
    """In the far side's own word."""
    failure: Failure | None = None


class StopOrder(RunOrder):
    """Stop the run, if there is one and it has not ended."""

    activity = "cancel_pipeline"

    run: Run | None = None
    """None: look for it first."""
    sent: Sent | None = None
    reason: str
    """Why nobody waits for it any more."""


class StopReceipt(RunReceipt):
    """It has ended, or never began."""

    run: Run | None = None
    outcome: Outcome | None = None
    """None when it never began."""
