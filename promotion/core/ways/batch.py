"""A batch endpoint: a new deployment, which becomes the default."""

from collections.abc import Iterator
from typing import Literal

from promotion.core.ways.base import EndpointPlan


class BatchPlan(EndpointPlan):
    """Deploy on a batch endpoint, and make it the default."""

    way: Literal["batch"]

    def doing(self) -> Iterator[tuple[str, str]]:
        """What will be done, step by step, for people."""
        yield from super().doing()
        yield "switch", f"make it the default; {self._kept}"
