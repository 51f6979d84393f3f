"""Makes sure that the cluster of a batch deployment exists."""

from promotion.azureml import compute
from promotion.core.steps.base import Receipt
from promotion.core.steps.batch import ComputeOrder


def ensure_compute(order: ComputeOrder) -> Receipt:
    """Settled once it is there; a missing cluster is created first."""
    ready, name = compute.ensure_compute(order)
    return Receipt(settled=ready, note=None if ready else f"the cluster {name} is not ready")
