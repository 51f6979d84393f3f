"""Gate ``http``: what does a service of the team say?"""

import re
import unicodedata
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator

from promotion.core.address import Address
from promotion.core.candidate import Answer, Candidate
from promotion.core.gates.base import Gate
from promotion.core.names import digest
from promotion.core.policy.duration import Span, at_most
from promotion.core.verdict import Outcome, Verdict

MAX_WORDS: Final = 500
"""Characters of a service's reason or remedy that are kept."""

_RESOURCE: Final = re.compile(
    r"[a-z]+://[A-Za-z0-9._~:/-]{1,250}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(/\.default)?"
)


def one_line(text: str) -> str:
    """``text``, which may be anything, as one line of characters that can be shown."""
    # Categories C*: control characters, and marks that turn the direction of what follows.
    shown = "".join(char for char in " ".join(text.split()) if unicodedata.category(char)[0] != "C")
    return shown if len(shown) <= MAX_WORDS else f"{shown[:MAX_WORDS]}…"


_AZURE: Final = re.compile(
    r"(azure|microsoft|windows|azureml|office|visualstudio|powerbi)[\w-]*\.(com|net|cn|us|ms|org)"
    r"|^(797f4846-ba00-4fd7-ba43-dac1f8f63013|00000003-0000-0000-c000-000000000000"
    r"|cfa8b339-82a2-471a-a3c9-0fc0be7a4093|e406a681-f3d4-42a8-90b6-c2b029497af1)",
    re.IGNORECASE,
)
"""Resources of Azure: its names, and the ids of ARM, Graph, Key Vault and Storage."""


class HttpGate(Gate):
    """What does a service of the team say?

    The service gets everything that is known about the model version, as JSON in a POST, and
    answers `passed` with a `reason`: [Ask a service](../../how-to/ask-a-service.md). Its host must
    be one of the policy's `hosts`. The gate is *inconclusive* when the service cannot be reached,
    is too slow or too busy, or says that it has no verdict yet.
    """

    kind: Literal["http"]
    name: str = Field(min_length=1, max_length=64, description="What verdicts call it.")
    url: str = Field(
        max_length=2_000,
        json_schema_extra={"pattern": "^https://"},
        description="Where the service is asked, for instance "
        "`https://fairness.contoso.com/judge`.",
    )
    timeout: Annotated[Span, at_most(timedelta(minutes=2))] = Field(
        default=timedelta(seconds=30),
        description="How long an answer may take, at most 2m.",
    )
    token: str | None = Field(
        default=None,
        description="Resource for which the app's managed identity gets a token that goes along, "
        "for instance `api://fairness`; without it none does.",
    )

    @field_validator("token")
    @classmethod
    def _is_for_the_team(cls, resource: str | None) -> str | None:
        """A service of the team must never get what opens Azure itself."""
        if resource is not None and _AZURE.search(resource):
            raise ValueError(
                "a token for Azure itself is not given away; name the application of the service, "
                "as in api://fairness"
            )
        return resource

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        Address.of(url)
        return url

    @field_validator("token")
    @classmethod
    def _is_a_resource(cls, resource: str | None) -> str | None:
        if resource is not None and not _RESOURCE.fullmatch(resource):
            raise ValueError("expected a resource such as api://fairness, or a client id")
        return resource

    @property
    def address(self) -> Address:
        """The url in its parts."""
        return Address.of(self.url)

    @property
    def question(self) -> str:
        """The key of the service's answer among those of a candidate."""
        return digest(self.name, self.url, self.token or "")

    @property
    def label(self) -> str:
        return f"http {self.name}"

    def answer(self, candidate: Candidate) -> Verdict:
        service = f"The service {self.address.host}"
        heard = candidate.answers.get(self.question)
        if heard is None:
            heard = Answer(reason=f"{service} has not been asked about {candidate.model}.")
        words = one_line(heard.reason)
        remedy = one_line(heard.remedy) if heard.remedy else None
        if heard.broken:
            remedy = remedy or "Mend the service: docs/how-to/ask-a-service.md tells what it owes."
            return self.verdict(Outcome.ERROR, words, remedy=remedy)
        if heard.passed is None:
            remedy = (
                remedy or "With inconclusive: hold the version waits, and is asked about again."
            )
            return self.verdict(Outcome.INCONCLUSIVE, words, remedy=remedy)
        if heard.passed:
            return self.verdict(Outcome.PASSED, f"{service} says: “{words}”")
        remedy = remedy or "Ask those who run the service what would pass."
        return self.verdict(Outcome.FAILED, f"{service} says: “{words}”", remedy=remedy)
