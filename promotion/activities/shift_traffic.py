"""Gives the traffic to the new deployment."""

import json
from datetime import UTC, datetime

from promotion import audit
from promotion.azureml import endpoints
from promotion.core.steps.online import TrafficOrder, TrafficReceipt


def shift_traffic(order: TrafficOrder) -> TrafficReceipt:
    """The traffic that was read back from Azure after it was written."""
    traffic = endpoints.shift_traffic(
        order.target,
        expected=order.expected,
        wanted=order.wanted,
        marks=order.marks,
        written=order.written,
    )
    if traffic is None:
        return TrafficReceipt(settled=False, written=True)
    audit.emit(
        "traffic_shifted",
        order.context,
        measurements={
            "traffic": traffic.get(order.target.deployment, 0),
            "duration_ms": audit.milliseconds(datetime.now(UTC) - order.started_at),
        },
        key=json.dumps(order.wanted, sort_keys=True),
        workspace=order.target.workspace.name,
        endpoint=order.target.endpoint,
        deployment=order.target.deployment,
        before=dict(order.expected),
        after=dict(traffic),
    )
    return TrafficReceipt(traffic=traffic)
