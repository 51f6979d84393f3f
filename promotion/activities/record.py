"""Writes a fact that only the orchestrator knows into the audit trail."""

import json

from promotion import audit
from promotion.core.steps.record import RecordOrder, RecordReceipt


def record(order: RecordOrder) -> RecordReceipt:
    """The fact is written down."""
    audit.emit(
        order.name,
        order.context,
        failure=order.failure,
        # By the time, too: the same may happen again, in the same words.
        key=f"{json.dumps(order.details, sort_keys=True)} {order.duration}",
        measurements={"duration_ms": audit.milliseconds(order.duration)} if order.duration else {},
        **order.details,
    )
    return RecordReceipt(name=order.name, failure=order.failure, details=order.details)
