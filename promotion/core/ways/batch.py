"""A batch endpoint: a new deployment, which becomes the default."""

from typing import Literal

from promotion.core.ways.base import EndpointPlan


class BatchPlan(EndpointPlan):
    """Deploy on a batch endpoint, and make it the default."""

    way: Literal["batch"]
