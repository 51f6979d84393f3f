"""Writes a fact that only the orchestrator knows into the audit trail."""

import json

from promotion import audit
from promotion.core.steps.base import Receipt
from promotion.core.steps.record import RecordOrder


def record(order: RecordOrder) -> Receipt:
    """The fact is written down."""
    audit.emit(
        order.name,
        order.context,
        failure=order.failure,
        key=json.dumps(order.details, sort_keys=True),
        measurements={"duration_ms": audit.milliseconds(order.duration)} if order.duration else {},
        **order.details,
    )
    return Receipt()
