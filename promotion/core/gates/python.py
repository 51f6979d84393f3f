"""Gate ``python``: what does a gate of the team's own say?"""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from promotion.core.candidate import Candidate
from promotion.core.gates.base import Gate
from promotion.core.installed import mistakes_of, own_gate
from promotion.core.own_gate import Finding
from promotion.core.verdict import Outcome, Verdict


class PythonGate(Gate):
    """What does a gate of the team's own say?

    Its class is in a Python package that is installed together with the app, and that names it by
    an entry point in the group `promotion.gates`: [Write a gate](../../how-to/write-a-gate.md). An
    exception in it is a verdict of *error*.
    """

    # A plan is written as the policy is: with, not options.
    model_config = ConfigDict(serialize_by_alias=True)

    kind: Literal["python"]
    use: str = Field(min_length=1, description="Name of the entry point.")
    options: dict[str, Any] = Field(
        default={}, alias="with", description="The options of that gate."
    )
    name: str | None = Field(
        default=None,
        min_length=1,
        max_length=64,
        description="What verdicts call it; the name of the entry point unless stated.",
    )

    @property
    def label(self) -> str:
        return f"python {self.name or self.use}"

    def answer(self, candidate: Candidate) -> Verdict:
        # Both were checked when the policy was read, but packages come and go.
        if wrong := [_told(at, what) for at, what in mistakes_of(self.use, self.options)]:
            reason = f"The gate {self.label} cannot be asked: {'; '.join(wrong)}."
            remedy = "Install the package that the policy was checked with in the function app."
            return self.verdict(Outcome.ERROR, reason, remedy=remedy)
        own = own_gate(self.use).model_validate(self.options)
        # A copy, so that no gate changes what the others see.
        finding = own.judge(candidate.model_copy(deep=True))
        if not isinstance(finding, Finding):
            raise TypeError(
                f"judge returned {type(finding).__name__}; it must return what passed(), failed() "
                "or inconclusive() gives"
            )
        return self.verdict(
            finding.outcome,
            finding.reason,
            remedy=finding.remedy,
            observed=finding.observed,
            threshold=finding.threshold,
        )


def _told(at: tuple[str | int, ...], what: str) -> str:
    option = ".".join(map(str, at[1:]))
    return f"{option}: {what}" if option else what
