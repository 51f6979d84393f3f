"""Makes sure that the endpoint exists."""

from promotion.azureml import deployments, endpoints
from promotion.core.steps.online import EndpointOrder, EndpointReceipt


def ensure_endpoint(order: EndpointOrder) -> EndpointReceipt:
    """The endpoint's traffic before the rollout; a missing endpoint is created first."""
    traffic = endpoints.ensure_endpoint(order.target, order.yaml)
    if traffic is None:
        return EndpointReceipt(settled=False)
    serving = deployments.versions_of(order.target, order.context.model.name, traffic)
    return EndpointReceipt(traffic=traffic, serving=serving)
