"""A notice as an event for other systems: CloudEvents 1.0, docs/reference/events.md."""

from datetime import datetime
from typing import Final

from promotion.core.notices.notice import Notice
from promotion.core.notices.occasion import Occasion
from promotion.core.notices.plain import SCHEMA_VERSION, about
from promotion.core.value import Json, Value

_TYPES: Final = {
    Occasion.APPROVAL: "azureml.promotion.approval_requested",
    Occasion.REFUSED: "azureml.promotion.rejected",
    Occasion.SUCCEEDED: "azureml.promotion.succeeded",
    Occasion.ROLLED_BACK: "azureml.promotion.rolled_back",
    Occasion.FAILED: "azureml.promotion.failed",
    Occasion.CANCELLED: "azureml.promotion.cancelled",
    Occasion.SUPERSEDED: "azureml.promotion.superseded",
}
TYPES: Final = tuple(_TYPES.values())
"""Every type of event. They are called as the audit records are."""


class Event(Value):
    """The attributes of the CloudEvent, and its data."""

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    """When it happened, and not when it was sent."""
    data: dict[str, Json]


def event(notice: Notice) -> Event:
    """The event; sent twice it has the same id and source, by which receivers know it."""
    return Event(
        id=notice.id,
        source=f"/azureml-promotion/routes/{notice.context.route}",
        type=_TYPES[notice.occasion],
        # As Azure ML's own events name a version.
        subject=f"models/{notice.context.model}",
        time=notice.at,
        data={"schema_version": SCHEMA_VERSION, **about(notice)},
    )
