"""Writes down that somebody rolled back."""

from datetime import UTC, datetime

from promotion import audit
from promotion.core.steps.base import Receipt
from promotion.core.steps.operations import RollbackRecordOrder


def record_rollback(order: RollbackRecordOrder) -> Receipt:
    """The record belongs to the promotion whose version went out of service."""
    rollback = order.rollback
    audit.emit(
        "rolled_back",
        order.gone,
        reason=f"Rolled back by {rollback.by}: {rollback.reason}",
        measurements={"duration_ms": audit.milliseconds(datetime.now(UTC) - order.at)},
        key=rollback.id,
        code="RolledBackByHand",
        operation=rollback.id,
        serves=str(order.way.model),
        deployment=order.way.deployment,
        endpoint=rollback.stage.target.endpoint,
    )
    return Receipt()
