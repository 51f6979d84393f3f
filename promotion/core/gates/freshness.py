"""Gate ``freshness``: was the model trained not too long ago, on data that is not too old?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from promotion.core.candidate import Candidate
from promotion.core.gates.base import Gate
from promotion.core.policy.duration import Duration, in_words
from promotion.core.verdict import Outcome, Verdict

_A_DAY = timedelta(days=1)


class FreshnessGate(Gate):
    """Was the model trained not too long ago, on data that is not too old?

    The model was trained when its run ended. The age of the data is told by a tag with a date,
    such as `2026-03-01` or `2026-03-01T12:00:00Z`; a date without a time is its first moment, one
    without a zone is in UTC. Ages are measured at the moment when the evidence was gathered.
    """

    kind: Literal["freshness"]
    trained_within: Duration | None = Field(
        default=None, description="How long ago the training may have ended, for instance 30d."
    )
    data_tag: str | None = Field(
        default=None, min_length=1, description="Tag with the date of the newest training data."
    )
    data_within: Duration | None = Field(
        default=None, description="How old the data may be, for instance 90d."
    )

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.trained_within is None and self.data_within is None:
            raise ValueError("a freshness gate needs trained_within or data_within, or both")
        if (self.data_tag is None) != (self.data_within is None):
            raise ValueError("data_tag and data_within go together")
        return self

    @property
    def label(self) -> str:
        return "freshness"

    def answer(self, candidate: Candidate) -> Verdict:
        findings = list(self._findings(candidate))
        outcomes = [outcome for outcome, _ in findings]
        worst = next(
            (one for one in (Outcome.FAILED, Outcome.INCONCLUSIVE) if one in outcomes),
            Outcome.PASSED,
        )
        told = [reason for outcome, reason in findings if outcome is worst]
        remedy = None if worst is Outcome.PASSED else "Train again, on newer data if need be."
        return self.verdict(worst, " ".join(told), remedy=remedy)

    def _findings(self, candidate: Candidate) -> Iterator[tuple[Outcome, str]]:
        now = candidate.as_of
        if self.trained_within is not None:
            trained = candidate.trained_at
            yield _aged("The training", "ended", trained, now, self.trained_within)
        if self.data_tag is not None and self.data_within is not None:
            written = candidate.tags.get(self.data_tag)
            date = _date(written)
            if written is not None and date is None:
                yield Outcome.INCONCLUSIVE, f"The tag {self.data_tag} is '{written}', not a date."
            elif date is not None and date > now + _A_DAY:
                yield Outcome.FAILED, f"The tag {self.data_tag} is {written}, in the future."
            else:
                yield _aged("The data", "is of", date, now, self.data_within)


def _aged(
    what: str, verb: str, date: datetime | None, now: datetime, limit: timedelta
) -> tuple[Outcome, str]:
    wish = f"the policy wants {in_words(limit)} at most"
    if date is None:
        return Outcome.INCONCLUSIVE, f"It is not known how old {what.lower()} is; {wish}."
    age = max(now - date, timedelta(0))
    outcome = Outcome.PASSED if age <= limit else Outcome.FAILED
    return outcome, f"{what} {verb} {date:%Y-%m-%d}, {in_words(age)} ago; {wish}."


def _date(written: str | None) -> datetime | None:
    try:
        date = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
