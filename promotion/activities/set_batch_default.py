"""Makes the new deployment the default of its batch endpoint."""

from datetime import UTC, datetime

from promotion import audit
from promotion.azureml import batch_endpoints
from promotion.core.steps.batch import DefaultOrder, DefaultReceipt


def set_batch_default(order: DefaultOrder) -> DefaultReceipt:
    """Settled once it was read back from Azure after it was written."""
    target = order.target
    done = batch_endpoints.set_default(
        target, expected=order.expected, marks=order.marks, written=order.written
    )
    if not done:
        note = f"the endpoint {target.endpoint} is not ready"
        return DefaultReceipt(settled=False, written=True, note=note)
    audit.emit(
        "traffic_shifted",
        order.context,
        measurements={
            "traffic": 100,
            "duration_ms": audit.milliseconds(datetime.now(UTC) - order.started_at),
        },
        workspace=target.workspace.name,
        endpoint=target.endpoint,
        deployment=target.deployment,
        before={order.expected: 100} if order.expected else {},
        after={target.deployment: 100},
    )
    return DefaultReceipt(written=True)
