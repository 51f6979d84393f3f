"""The smoke test of an online deployment, as the policy writes it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, model_validator

from promotion.core.policy.duration import Span
from promotion.core.policy.section import Section
from promotion.core.ways.online import Sample, SmokeTestPlan

_MOST: Final = 100
"""Requests of one test: it is one step, which must not take for ever."""

Status = Annotated[int, Field(strict=True, ge=200, le=599)]
Tolerance = Annotated[float, Field(ge=0, allow_inf_nan=False)]

_RESPONSE: Final = (
    "File with the JSON that the response must contain; without it, and without a schema, any "
    "answer with the right status will do."
)
_SCHEMA: Final = "File with a JSON schema that the response must keep to."
_STATUS: Final = "The status that the answer must have."


class SampleRequest(Section):
    """One request of several, with the answer that it must get."""

    request: str = Field(description="File with the body of the request.")
    response: str | None = Field(default=None, description=_RESPONSE)
    schema_: str | None = Field(default=None, alias="schema", description=_SCHEMA)
    status: Status = Field(default=200, description=_STATUS)
    tolerance: Tolerance | None = Field(
        default=None, description="How far a number may be off; as of the test unless stated."
    )

    def sample(self, files: Mapping[str, str], tolerance: float) -> Sample:
        """The request with the text of its files."""
        return Sample(
            request=files[self.request],
            response=files[self.response] if self.response is not None else None,
            response_schema=files[self.schema_] if self.schema_ is not None else None,
            status=self.status,
            tolerance=tolerance if self.tolerance is None else self.tolerance,
        )


class SmokeTest(Section):
    """Requests to the new deployment alone, before it gets any traffic and while it gets it."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["request"]}, {"required": ["requests"]}]}
    )

    request: str | None = Field(default=None, description="File with the body of the request.")
    response: str | None = Field(default=None, description=_RESPONSE)
    schema_: str | None = Field(default=None, alias="schema", description=_SCHEMA)
    status: Status = Field(default=200, description=_STATUS)
    requests: tuple[SampleRequest, ...] = Field(
        default=(),
        max_length=20,
        description="Several requests, instead of the one, each with request, response, schema, "
        "status and tolerance.",
    )
    tolerance: Tolerance = Field(default=0.0, description="How far a number may be off.")
    timeout: Span = Field(
        default=timedelta(seconds=60), description="How long one answer may take."
    )
    repeats: int = Field(default=1, ge=1, le=50, description="How often each request is sent.")
    max_latency_ms: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="How many milliseconds half of the answers may take at most.",
    )
    failures_allowed: int = Field(
        default=0,
        ge=0,
        le=20,
        description="How many tests of one verification may fail before it counts.",
    )

    @model_validator(mode="after")
    def _has_requests(self) -> Self:
        if (self.request is None) == (not self.requests):
            raise ValueError("a smoke test needs either request or requests")
        own = {"response", "schema_", "status"} & self.model_fields_set
        if self.requests and own:
            raise ValueError("response, schema and status belong to each of the requests")
        if (count := max(len(self.requests), 1) * self.repeats) > _MOST:
            raise ValueError(f"{count} requests in all; at most {_MOST} are possible")
        return self

    def plan(self, files: Mapping[str, str]) -> SmokeTestPlan:
        """The test with the text of its files."""
        asked = self.requests or (self._only(),)
        return SmokeTestPlan(
            samples=tuple(one.sample(files, self.tolerance) for one in asked),
            timeout=self.timeout.total_seconds(),
            repeats=self.repeats,
            max_latency_ms=self.max_latency_ms,
            failures_allowed=self.failures_allowed,
        )

    def _only(self) -> SampleRequest:
        return SampleRequest(
            request=self.request or "",
            response=self.response,
            schema=self.schema_,
            status=self.status,
        )
