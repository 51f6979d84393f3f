"""Mirrors traffic to the new deployment, or ends that."""

from datetime import UTC, datetime

from promotion import audit
from promotion.azureml import endpoints
from promotion.core.steps.verification import MirrorOrder, MirrorReceipt


def mirror_traffic(order: MirrorOrder) -> MirrorReceipt:
    """Settled once Azure mirrors as much as is wanted."""
    target = order.target
    there = endpoints.mirror_traffic(
        target, expected=order.expected, wanted=order.wanted, written=order.written
    )
    if not there:
        return MirrorReceipt(settled=False, written=True)
    audit.emit(
        "traffic_mirrored",
        order.context,
        measurements={
            "mirrored": order.wanted,
            "duration_ms": audit.milliseconds(datetime.now(UTC) - order.started_at),
        },
        key=str(order.wanted),
        endpoint=target.endpoint,
        deployment=target.deployment,
    )
    return MirrorReceipt(written=order.written)
