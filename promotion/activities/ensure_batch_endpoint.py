"""Makes sure that the batch endpoint exists."""

from promotion.azureml import batch_deployments, batch_endpoints
from promotion.core.steps.batch import BatchEndpointOrder, BatchEndpointReceipt


def ensure_batch_endpoint(order: BatchEndpointOrder) -> BatchEndpointReceipt:
    """The endpoint's default before the delivery; a missing endpoint is created first."""
    standing = batch_endpoints.ensure_batch_endpoint(order.target, order.yaml)
    if standing is None:
        note = f"the endpoint {order.target.endpoint} is not ready"
        return BatchEndpointReceipt(settled=False, note=note)
    name = order.context.model.name
    version = batch_deployments.version_of(order.target, name, standing.default)
    return BatchEndpointReceipt(default=standing.default, version=version, marks=standing.marks)
