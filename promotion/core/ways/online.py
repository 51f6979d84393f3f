"""An online endpoint: a new deployment beside what serves now, and the way of the traffic."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

from promotion.core.checks import AnyCheck
from promotion.core.policy.duration import in_words
from promotion.core.value import Value
from promotion.core.ways.base import EndpointPlan


class Sample(Value):
    """A request, and the answer that it must get."""

    request: str
    response: str | None = None
    response_schema: str | None = None
    """A JSON schema that the answer must keep to."""
    status: int = 200
    tolerance: float = 0.0


class SmokeTestPlan(Value):
    """Requests to the new deployment, with the answers that it must give."""

    samples: tuple[Sample, ...]
    timeout: float
    """Seconds."""
    repeats: int = 1
    """How often each request is sent."""
    max_latency_ms: float | None = None
    """For half of the answers."""
    failures_allowed: int = 0
    """How many tests of one verification may fail before it counts."""


class CanaryPlan(Value):
    """Steps in which a deployment gets the traffic."""

    steps: tuple[int, ...]
    """Percent; the last step, to all of it, is not among them."""
    every: timedelta


class ShadowPlan(Value):
    """Traffic that is mirrored to a deployment before it has any of its own."""

    mirror: int
    """Percent."""
    span: timedelta


class OnlinePlan(EndpointPlan):
    """Deploy beside what serves now, ask, and give it the traffic."""

    way: Literal["online"]
    kubernetes: bool = False
    """Whether it is on Kubernetes, which takes models of its own workspace only."""
    smoke_test: SmokeTestPlan | None = None
    verify: tuple[AnyCheck, ...] = ()
    hosts: tuple[str, ...] = ()
    """Whom checks may ask."""
    shadow: ShadowPlan | None = None
    canary: CanaryPlan | None = None
    """Without it all traffic at once."""
    on_failure: Literal["remove", "keep"] = "remove"

    @property
    def pauses(self) -> timedelta:
        """Those of the shadow and of the canary."""
        shadow = self.shadow.span if self.shadow else timedelta(0)
        return shadow + (
            self.canary.every * len(self.canary.steps) if self.canary else timedelta(0)
        )

    def doing(self) -> Iterator[tuple[str, str]]:
        """What will be done, step by step, for people."""
        if self.kubernetes:
            yield "register", f"in {self.workspace.name}, because Kubernetes takes no registry"
        yield from super().doing()
        if self.smoke_test is not None:
            count = len(self.smoke_test.samples)
            yield "ask", "it the sample request" if count == 1 else f"it {count} sample requests"
        if self.verify:
            yield "verify", ", ".join(check.label for check in self.verify)
        if self.shadow is not None:
            span = in_words(self.shadow.span)
            yield "shadow", f"{self.shadow.mirror} % of the traffic mirrored to it for {span}"
        if self.canary is not None:
            steps = ", ".join(f"{share} %" for share in self.canary.steps)
            yield "canary", f"{steps} of the traffic, each for {in_words(self.canary.every)}"
        yield "switch", f"give it all traffic; {self._kept}"
