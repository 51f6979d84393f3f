"""A managed online endpoint."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field

from promotion.core.checks import AnyCheck
from promotion.core.checks.http import HttpCheck
from promotion.core.names import deployment_name
from promotion.core.policy.duration import Span
from promotion.core.policy.kubernetes import on_kubernetes
from promotion.core.policy.section import Section
from promotion.core.policy.ways.base import EndpointWay, Given
from promotion.core.policy.ways.smoke_test import SmokeTest
from promotion.core.references import ModelVersion
from promotion.core.verdict import Mode
from promotion.core.ways.online import CanaryPlan, OnlinePlan, ShadowPlan

if TYPE_CHECKING:
    from promotion.core.policy.document import PolicyDocument

_SMOKE: Final = {"request": "request", "response": "response", "schema": "schema"}
"""Files of a smoke test, or of each of its requests, with their roles."""


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


class Shadow(Section):
    """Copies of the endpoint's requests go to the deployment first, and nobody sees its answers."""

    mirror: int = Field(
        ge=1, le=50, description="Percent of the traffic that is mirrored; Azure takes up to 50."
    )
    span: Span = Field(alias="for", description="How long, for instance 1h.")


class Online(EndpointWay):
    """A managed online endpoint, described by the team's own Azure ML CLI v2 files."""

    files: ClassVar[Mapping[tuple[str, ...], str]] = {
        ("endpoint",): "endpoint",
        ("deployment",): "deployment",
        **{("smoke_test", name): role for name, role in _SMOKE.items()},
        **{("smoke_test", "requests", "*", name): role for name, role in _SMOKE.items()},
    }

    endpoint: str = Field(description="File for `az ml online-endpoint create -f`.")
    deployment: str = Field(
        description="File for `az ml online-deployment create -f`; name, endpoint_name and model "
        "are set by the service."
    )
    smoke_test: SmokeTest | None = Field(
        default=None, description="Asked before any traffic, and again after each change of it."
    )
    verify: tuple[AnyCheck, ...] = Field(
        default=(),
        description="More questions to the deployment, before each change of its traffic and after "
        "the last one.",
    )
    shadow: Shadow | None = Field(
        default=None, description="Mirrored traffic, before it has any of its own."
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
        checks = tuple(check for check in self.verify if check.mode is not Mode.OFF)
        asks = any(isinstance(check, HttpCheck) for check in checks)
        return OnlinePlan(
            way="online",
            kubernetes=on_kubernetes(document.files[self.deployment]),
            **given,
            **self._on_endpoint(document, deployment_name(model), given["workspace"]),
            smoke_test=self.smoke_test and self.smoke_test.plan(document.files),
            verify=checks,
            hosts=document.policy.hosts if asks else (),
            shadow=self.shadow and ShadowPlan(**dict(self.shadow)),
            canary=self.canary and CanaryPlan(**dict(self.canary)),
            on_failure=self.on_failure,
        )
