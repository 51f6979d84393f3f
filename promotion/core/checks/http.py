"""Check ``http``: what does a service of the team say about the deployment?"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from promotion.core.checks.base import Check, Finding
from promotion.core.checks.serving import Serving
from promotion.core.gates.http import HttpGate
from promotion.core.policy.duration import Span, at_most
from promotion.core.verdict import Outcome


class HttpCheck(Check):
    """What does a service of the team say about the deployment?

    The service is asked as a [gate of that kind](../gates/http.md) asks it, and answers likewise.
    It gets the candidate with one field more, `serving`: endpoint, deployment, what served before,
    the share of the traffic and since when, and the figures that other checks of the stage read.
    It is asked before any traffic too. Its host must be one of the policy's `hosts`.
    """

    kind: Literal["http"]
    name: str = Field(min_length=1, max_length=64, description="What records call it.")
    url: str = Field(
        max_length=2_000,
        json_schema_extra={"pattern": "^https://"},
        description="Where the service is asked, for instance `https://drift.contoso.com/judge`.",
    )
    timeout: Annotated[Span, at_most(timedelta(minutes=2))] = Field(
        default=timedelta(seconds=30), description="How long an answer may take, at most 2m."
    )
    token: str | None = Field(
        default=None,
        description="Resource for which the app's managed identity gets a token that goes along, "
        "for instance `api://drift`; without it none does.",
    )

    @field_validator("url", "token")
    @classmethod
    def _as_a_gate_takes_it(cls, value: str | None, info: ValidationInfo) -> str | None:
        """One rule for both: where the service asks, and what it gives away."""
        usual = {"kind": "http", "name": "any", "url": "https://contoso.com"}
        try:
            HttpGate.model_validate(usual | {str(info.field_name): value})
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
        return value

    @property
    def label(self) -> str:
        return f"http {self.name}"

    @property
    def gate(self) -> HttpGate:
        """The gate that asks the same."""
        return HttpGate(
            kind="http", name=self.name, url=self.url, timeout=self.timeout, token=self.token
        )

    def answer(self, serving: Serving) -> Finding:
        if serving.candidate is None:
            return self.finding(
                Outcome.INCONCLUSIVE,
                f"{self.label}: it is not known what the gates saw, so nobody was asked.",
            )
        heard = serving.candidate.model_copy(update={"answers": serving.answers})
        verdict = self.gate.answer(heard)
        reason = f"{verdict.reason.removesuffix('.')} (with {serving.traffic})."
        return self.finding(verdict.outcome, reason, remedy=verdict.remedy)
