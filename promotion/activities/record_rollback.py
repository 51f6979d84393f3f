"""Writes down that somebody rolled back."""

from datetime import UTC, datetime

from promotion import audit
from promotion.core.context import Context
from promotion.core.references import ModelVersion
from promotion.core.steps.base import Receipt
from promotion.core.steps.operations import RollbackRecordOrder


def record_rollback(order: RollbackRecordOrder) -> Receipt:
    """The record belongs to the promotion whose version went out of service."""
    rollback, scene = order.rollback, order.scene
    serving = scene.serving or ""
    gone = scene.standing.get(serving)
    context = Context(
        promotion_id=(gone and gone.promotion_id) or rollback.id,
        route=rollback.about.name,
        model=(gone and gone.model) or ModelVersion(name=serving, version="unknown"),
        source=(gone and gone.source) or next(iter(rollback.sources)),
        actor=rollback.by,
        stage=rollback.stage.name,
    )
    audit.emit(
        "rolled_back",
        context,
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
