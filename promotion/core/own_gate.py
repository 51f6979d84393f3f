"""What a team's own gate is: a class in a package of theirs, found by its entry point."""

from abc import abstractmethod

from pydantic import BaseModel, ConfigDict

from promotion.core.candidate import Candidate
from promotion.core.value import Value
from promotion.core.verdict import Outcome


class Finding(Value):
    """What a team's own gate found out; made by ``passed``, ``failed`` and ``inconclusive``."""

    outcome: Outcome
    reason: str
    remedy: str | None = None
    observed: float | str | None = None
    threshold: str | None = None


class OwnGate(BaseModel):
    """The base of a team's own gates.

    The fields of a subclass are its options, which the policy gives under ``with``: they are
    checked when the policy is read. ``judge`` answers for one candidate, and must answer the same
    whenever it gets the same one: no network, no files, no clock (``candidate.as_of`` is now).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @abstractmethod
    def judge(self, candidate: Candidate) -> Finding:
        """The finding. What is raised here becomes a verdict ``error`` with its message."""

    def passed(
        self, reason: str, *, observed: float | str | None = None, threshold: str | None = None
    ) -> Finding:
        """The version may move on. ``reason`` is one sentence with the figures."""
        return Finding(
            outcome=Outcome.PASSED, reason=reason, observed=observed, threshold=threshold
        )

    def failed(
        self,
        reason: str,
        *,
        remedy: str | None = None,
        observed: float | str | None = None,
        threshold: str | None = None,
    ) -> Finding:
        """The version is not good enough. ``remedy`` says what to do about it."""
        return Finding(
            outcome=Outcome.FAILED,
            reason=reason,
            remedy=remedy,
            observed=observed,
            threshold=threshold,
        )

    def inconclusive(self, reason: str, *, remedy: str | None = None) -> Finding:
        """The evidence that this gate needs is missing."""
        return Finding(outcome=Outcome.INCONCLUSIVE, reason=reason, remedy=remedy)
