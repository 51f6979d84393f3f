"""Makes sure that the stage has its endpoint."""

from promotion.azureml import endpoints
from promotion.core.steps import EndpointOrder, EndpointReceipt


def ensure_endpoint(order: EndpointOrder) -> EndpointReceipt:
    """The endpoint's traffic before the rollout; a missing endpoint is created first."""
    traffic = endpoints.ensure_endpoint(order.stage)
    if traffic is None:
        return EndpointReceipt(settled=False)
    return EndpointReceipt(traffic=traffic)
