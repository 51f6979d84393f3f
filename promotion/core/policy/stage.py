"""A stage: one target workspace, what comes before, and how to deploy there."""

from datetime import timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from promotion.core.gates import Gate
from promotion.core.policy.duration import Duration, Span
from promotion.core.policy.section import Name, Section
from promotion.core.waits import Wait

if TYPE_CHECKING:
    AnyStageGate = Gate | Wait
else:
    _KINDS = (*Gate.kinds.values(), *Wait.kinds.values())
    AnyStageGate = Annotated[reduce(or_, _KINDS), Field(discriminator="kind")]
    """What may stand under a stage's gates."""


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


class Online(Section):
    """A managed online endpoint, described by the team's own Azure ML CLI v2 files."""

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


class Batch(Section):
    """A batch endpoint, described by the team's own Azure ML CLI v2 files."""

    endpoint: str = Field(description="File for `az ml batch-endpoint create -f`.")
    deployment: str = Field(
        description="File for `az ml batch-deployment create -f`; name, endpoint_name and model "
        "are set by the service."
    )


class Register(Section):
    """Only register the version in the workspace, for teams that deploy from there."""

    tags: dict[str, str] = Field(
        default={}, description="Tags to set on it, beside the version's own."
    )


class Stage(Section):
    """One target workspace and how to deploy there."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [way]} for way in ("online", "batch", "register")]
        }
    )

    name: Name = Field(description="Name of the stage, for instance prod.")
    workspace: str = Field(description="One of the names under workspaces.")
    needs: tuple[str, ...] | None = Field(
        default=None,
        description="Earlier stages that must have succeeded; the one before unless stated.",
    )
    gates: tuple[AnyStageGate, ...] = Field(
        default=(),
        description="Questions and waits before this stage, among them approval, window and soak.",
    )
    online: Online | None = None
    batch: Batch | None = None
    register_: Register | None = Field(default=None, alias="register")
    keep_previous: Duration = Field(
        default=timedelta(hours=24),
        description="How long the previous deployment stays, without traffic, after the switch.",
    )
    time_limit: Span = Field(
        default=timedelta(hours=3),
        description="How long the stage may take before it is taken back.",
    )

    @model_validator(mode="after")
    def _goes_one_way(self) -> Self:
        ways = (self.online, self.batch, self.register_)
        if sum(way is not None for way in ways) != 1:
            raise ValueError("a stage needs one of online, batch and register")
        return self

    @property
    def questions(self) -> tuple[Gate, ...]:
        """Its gates that judge the candidate."""
        return tuple(gate for gate in self.gates if isinstance(gate, Gate))

    @property
    def waits(self) -> tuple[Wait, ...]:
        """Its gates that wait for time or people."""
        return tuple(gate for gate in self.gates if isinstance(gate, Wait))
