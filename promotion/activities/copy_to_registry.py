"""Brings exactly this version into the registry; a copy may take longer than a function may."""

from datetime import UTC, datetime

from promotion import audit
from promotion.azureml import registry
from promotion.core.errors import Retryable
from promotion.core.steps.copying import CopyOrder, CopyReceipt


def copy_to_registry(order: CopyOrder) -> CopyReceipt:
    """The registry's asset id once the copy is there; until then the import that is under way."""
    model = order.context.model
    operation = order.operation
    if operation and not registry.look_at_import(operation, model, order.registry):
        return CopyReceipt(settled=False, operation=operation)
    asset_id = registry.find_copy(order.source, model, order.registry)
    if asset_id is not None:
        _record(order, asset_id)
        return CopyReceipt(asset_id=asset_id)
    if operation:
        # The import has ended well, so the registry must show the version any moment.
        raise Retryable(f"The registry {order.registry} does not show {model} yet.")
    started = registry.start_import(order.source, model, order.registry)
    return CopyReceipt(settled=False, operation=started.operation, note=started.note)


def _record(order: CopyOrder, asset_id: str) -> None:
    audit.emit(
        "copied",
        order.context,
        measurements={"duration_ms": audit.milliseconds(datetime.now(UTC) - order.started_at)},
        registry=order.registry,
        asset_id=asset_id,
    )
