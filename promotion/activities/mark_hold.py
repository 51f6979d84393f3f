"""Says on the endpoint, and in the audit trail, that it is held or let go."""

from promotion import audit
from promotion.azureml.tags import set_tag
from promotion.core.marks import HOLD
from promotion.core.steps.base import Receipt
from promotion.core.steps.operations import MarkOrder

_MAX_TAG = 256
"""Characters of a tag's value, as Azure allows them."""


def mark_hold(order: MarkOrder) -> Receipt:
    """Settled once the endpoint has the tag; where there is no endpoint the record is all."""
    place = order.place
    audit.emit(
        "held" if order.held else "resumed",
        reason=order.reason,
        key=f"{place.guard} {order.at.isoformat()}",
        place=place.guard,
        route=place.route,
        stage=place.stage,
        actor=order.by,
    )
    if place.resource is None:
        return Receipt()
    word = "held" if order.held else "resumed"
    value = f"{word} by {order.by} at {order.at:%Y-%m-%dT%H:%MZ}: {order.reason}"[:_MAX_TAG]
    settled = set_tag(place.resource, HOLD, value)
    return Receipt(settled=settled)
