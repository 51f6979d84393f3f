"""Makes sure that the endpoint exists."""

from promotion.azureml import deployments, endpoints
from promotion.core.steps.online import EndpointOrder, EndpointReceipt


def ensure_endpoint(order: EndpointOrder) -> EndpointReceipt:
    """The endpoint's traffic before the rollout; a missing endpoint is created first."""
    standing = endpoints.ensure_endpoint(order.target, order.yaml)
    if standing is None:
        return EndpointReceipt(settled=False)
    traffic = standing.traffic
    serving = deployments.versions_of(order.target, order.context.model.name, traffic)
    return EndpointReceipt(traffic=traffic, serving=serving, marks=standing.marks)
