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


class Doubt(StrEnum):
    """What the policy makes of a gate that is inconclusive."""

    FAIL = "fail"
    """The version is refused."""
    HOLD = "hold"
    """The version waits, and the gate is asked again."""


class Change(Value):
    """The smallest change of the candidate that would make a gate pass."""

    what: str
    """For instance ``metric rmse`` or ``tag owner``."""
    seen: float | str | None = None
    """What it is; None when it is missing."""
    enough: float | str
    """What would be enough."""


class Verdict(Value):
    """The answer of one gate for one candidate."""

    gate: str
    """Name of the gate in the policy, for instance ``metric rmse``."""
    kind: str
    mode: Mode = Mode.ENFORCE
    doubt: Doubt = Doubt.FAIL
    """What an inconclusive answer means."""
    outcome: Outcome
    reason: str
    """One sentence with the figures."""
    remedy: str | None = None
    """What to do about it."""
    change: Change | None = None
    """The smallest change that would pass, where one can be computed."""
    observed: float | str | None = None
    """What the gate saw."""
    threshold: str | None = None
    """What the policy wants."""

    @property
    def holds(self) -> bool:
        """Whether this verdict makes the version wait until more is known."""
        doubtful = self.outcome is Outcome.INCONCLUSIVE and self.doubt is Doubt.HOLD
        return doubtful and self.mode is Mode.ENFORCE

    @property
    def blocks(self) -> bool:
        """Whether this verdict alone refuses the version."""
        missed = self.outcome is not Outcome.PASSED and not self.holds
        return missed and self.mode is Mode.ENFORCE


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
    def holding(self) -> tuple[Verdict, ...]:
        """The verdicts that would refuse the version now, but may not when more is known."""
        return tuple(verdict for verdict in self.verdicts if verdict.holds)

    @property
    def passed(self) -> bool:
        """Whether the version may move on."""
        return not self.blocking and not self.holding

    @property
    def waits(self) -> bool:
        """Whether the version is neither refused nor may it move on yet."""
        return not self.blocking and bool(self.holding)

    @property
    def reason(self) -> str:
        """Every reason not to move on, in one text."""
        return " ".join(verdict.reason for verdict in self._against)

    @property
    def remedy(self) -> str | None:
        """Every remedy, in one text."""
        return " ".join(filter(None, (verdict.remedy for verdict in self._against))) or None

    @property
    def _against(self) -> tuple[Verdict, ...]:
        return self.blocking + self.holding
