"""Brings an environment, or data, into the registry; that may take longer than a function may."""

from datetime import UTC, datetime

from promotion import audit
from promotion.azureml import assets
from promotion.core.errors import Retryable
from promotion.core.steps.assets import ShareOrder, ShareReceipt


def share_asset(order: ShareOrder) -> ShareReceipt:
    """The registry's reference once the asset is there; until then the work that is under way."""
    operation = order.operation
    if operation and not assets.look_at_sharing(operation, order.what, order.registry):
        return ShareReceipt(settled=False, operation=operation, note=f"sharing {order.what}")
    wanted = assets.read_wanted(order.source, order.what)
    reference = assets.find_shared(wanted, order.registry)
    if reference is not None:
        _record(order, reference)
        return ShareReceipt(reference=reference)
    if operation:
        # It has ended well, so the registry must show the asset any moment.
        raise Retryable(f"The registry {order.registry} does not show {order.what} yet.")
    started = assets.start_sharing(order.source, order.what, wanted, order.registry)
    note = started.note or f"sharing {order.what}"
    return ShareReceipt(settled=False, operation=started.operation, note=note)


def _record(order: ShareOrder, reference: str) -> None:
    audit.emit(
        "asset_shared",
        order.context,
        measurements={"duration_ms": audit.milliseconds(datetime.now(UTC) - order.started_at)},
        key=reference,
        registry=order.registry,
        asset=str(order.what),
        asset_id=reference,
    )
