"""A managed online endpoint."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from promotion.core.names import deployment_name
from promotion.core.policy.duration import Span
from promotion.core.policy.section import Section
from promotion.core.policy.ways.base import EndpointWay, Given
from promotion.core.references import ModelVersion
from promotion.core.ways.online import CanaryPlan, OnlinePlan, SmokeTestPlan

if TYPE_CHECKING:
    from promotion.core.policy.document import PolicyDocument


class SmokeTest(Section):
    """A request to the new deployment alone, before it gets any traffic."""

    request: str = Field(description="File with the body of the request.")
    response: str | None = Field(
        default=None,
        description="File with the JSON that the response must contain; without it any answer "
        "with status 200 will do.",
    )
    tolerance: float = Field(
        default=0.0, ge=0, allow_inf_nan=False, description="How far a number may be off."
    )
    timeout: Span = Field(
        default=timedelta(seconds=60), description="How long one answer may take."
    )

    def plan(self, files: Mapping[str, str]) -> SmokeTestPlan:
        """The test with the text of its files."""
        return SmokeTestPlan(
            request=files[self.request],
            response=files[self.response] if self.response is not None else None,
            tolerance=self.tolerance,
            timeout=self.timeout.total_seconds(),
        )


def _rising(steps: tuple[int, ...]) -> tuple[int, ...]:
    if list(steps) != sorted(set(steps)):
        raise ValueError("the steps of a canary rise, as in [5, 25, 50]; 100 comes by itself")
    return steps


class Canary(Section):
    """A little of the traffic first, then more; it is asked again before each step."""

    steps: Annotated[tuple[Annotated[int, Field(ge=1, le=99)], ...], AfterValidator(_rising)] = (
        Field(min_length=1, description="Percent of the traffic at each step, such as [5, 25, 50].")
    )
    every: Span = Field(description="How long each step lasts, for instance 10m.")


class Online(EndpointWay):
    """A managed online endpoint, described by the team's own Azure ML CLI v2 files."""

    files: ClassVar[Mapping[tuple[str, ...], str]] = {
        ("endpoint",): "endpoint",
        ("deployment",): "deployment",
        ("smoke_test", "request"): "request",
        ("smoke_test", "response"): "response",
    }

    endpoint: str = Field(description="File for `az ml online-endpoint create -f`.")
    deployment: str = Field(
        description="File for `az ml online-deployment create -f`; name, endpoint_name and model "
        "are set by the service."
    )
    smoke_test: SmokeTest | None = Field(
        default=None, description="Asked before any traffic, and again after each change of it."
    )
    canary: Canary | None = Field(
        default=None, description="Steps in which it gets the traffic; without them all at once."
    )
    on_failure: Literal["remove", "keep"] = Field(
        default="remove",
        description="What becomes of a deployment that was taken back: keep leaves it without "
        "traffic, to be looked at.",
    )

    def plan(self, document: "PolicyDocument", model: ModelVersion, given: Given) -> OnlinePlan:
        """What it means for ``model``."""
        return OnlinePlan(
            way="online",
            **given,
            **self._on_endpoint(document, deployment_name(model), given["workspace"]),
            smoke_test=self.smoke_test and self.smoke_test.plan(document.files),
            canary=self.canary and CanaryPlan(**dict(self.canary)),
            on_failure=self.on_failure,
        )
