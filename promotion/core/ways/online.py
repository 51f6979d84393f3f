"""An online endpoint: a new deployment beside what serves now, and the way of the traffic."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

from promotion.core.policy.duration import in_words
from promotion.core.value import Value
from promotion.core.ways.base import EndpointPlan


class SmokeTestPlan(Value):
    """A request to the new deployment, with the answer it must give."""

    request: str
    response: str | None = None
    tolerance: float = 0.0
    timeout: float
    """Seconds."""


class CanaryPlan(Value):
    """Steps in which a deployment gets the traffic."""

    steps: tuple[int, ...]
    """Percent; the last step, to all of it, is not among them."""
    every: timedelta


class OnlinePlan(EndpointPlan):
    """Deploy beside what serves now, ask, and give it the traffic."""

    way: Literal["online"]
    smoke_test: SmokeTestPlan | None = None
    canary: CanaryPlan | None = None
    """Without it all traffic at once."""
    on_failure: Literal["remove", "keep"] = "remove"

    @property
    def pauses(self) -> timedelta:
        """Those of the canary."""
        return self.canary.every * len(self.canary.steps) if self.canary else timedelta(0)

    def doing(self) -> Iterator[tuple[str, str]]:
        """What will be done, step by step, for people."""
        yield from super().doing()
        if self.smoke_test is not None:
            yield "ask", "it the sample request"
        if self.canary is not None:
            steps = ", ".join(f"{share} %" for share in self.canary.steps)
            yield "canary", f"{steps} of the traffic, each for {in_words(self.canary.every)}"
        yield "switch", f"give it all traffic; {self._kept}"
