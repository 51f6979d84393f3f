"""What a gate answers, and what all answers together mean."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Self

from promotion.core.value import Value


class Outcome(StrEnum):
    """The four possible answers of a gate."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    """The evidence that the gate asks for is missing."""
    ERROR = "error"
    """The gate itself could not be evaluated."""


class Mode(StrEnum):
    """What the policy makes of a gate that did not pass."""

    ENFORCE = "enforce"
    """The version is refused."""
    WARN = "warn"
    """The version may move on; the verdict is recorded."""
    OFF = "off"
    """The gate is not evaluated."""


class Verdict(Value):
    """The answer of one gate for one candidate."""

    gate: str
    """Name of the gate in the policy, for instance ``metric rmse``."""
    kind: str
    mode: Mode = Mode.ENFORCE
    outcome: Outcome
    reason: str
    """One sentence with the figures."""
    remedy: str | None = None
    """What would have been enough."""
    observed: float | str | None = None
    """What the gate saw."""
    threshold: str | None = None
    """What the policy wants."""

    @property
    def blocks(self) -> bool:
        """Whether this verdict alone refuses the version."""
        return self.mode is Mode.ENFORCE and self.outcome is not Outcome.PASSED


class Judgement(Value):
    """All verdicts on one candidate."""

    verdicts: tuple[Verdict, ...] = ()

    @classmethod
    def of(cls, verdicts: Sequence[Verdict]) -> Self:
        """The judgement that consists of ``verdicts``."""
        return cls(verdicts=tuple(verdicts))

    @property
    def blocking(self) -> tuple[Verdict, ...]:
        """The verdicts that refuse the version."""
        return tuple(verdict for verdict in self.verdicts if verdict.blocks)

    @property
    def passed(self) -> bool:
        """Whether the version may move on."""
        return not self.blocking

    @property
    def reason(self) -> str:
        """Every reason to refuse, in one text."""
        return " ".join(verdict.reason for verdict in self.blocking)

    @property
    def remedy(self) -> str | None:
        """Every remedy, in one text."""
        return " ".join(filter(None, (verdict.remedy for verdict in self.blocking))) or None
