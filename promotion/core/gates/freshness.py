"""Gate ``freshness``: was the model trained not too long ago, on data that is not too old?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from promotion.core.candidate import Candidate
from promotion.core.gates.base import Gate
from promotion.core.gates.text import shown
from promotion.core.policy.duration import Duration, in_words
from promotion.core.verdict import Change, Outcome, Verdict

type Finding = tuple[Outcome, str, Change | None]
"""What one wish comes to: the outcome, the reason, and the smallest change that would pass."""

_A_DAY = timedelta(days=1)
_REMEDIES = {
    Outcome.PASSED: None,
    Outcome.FAILED: "Train again, on newer data if need be.",
    Outcome.INCONCLUSIVE: "Register the model from a run that has ended, with the date of its "
    "newest data in the tag that the policy names.",
}


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
        outcomes = [outcome for outcome, *_ in findings]
        worst = next(
            (one for one in (Outcome.FAILED, Outcome.INCONCLUSIVE) if one in outcomes),
            Outcome.PASSED,
        )
        told = [reason for outcome, reason, _ in findings if outcome is worst]
        amiss = [change for outcome, _, change in findings if outcome is not Outcome.PASSED]
        return self.verdict(
            worst,
            " ".join(told),
            remedy=_REMEDIES[worst],
            # With two things amiss no single change would do.
            change=amiss[0] if len(amiss) == 1 else None,
        )

    def _findings(self, candidate: Candidate) -> Iterator[Finding]:
        now = _in_zone(candidate.as_of)
        if self.trained_within is not None:
            trained = candidate.trained_at and _in_zone(candidate.trained_at)
            yield _aged(
                "The training", "ended", trained, now, self.trained_within, changed="training"
            )
        if self.data_tag is not None and self.data_within is not None:
            yield self._of_data(candidate.tags.get(self.data_tag), now, self.data_within)

    def _of_data(self, written: str | None, now: datetime, limit: timedelta) -> Finding:
        what = f"tag {self.data_tag}"
        date = _date(written)
        if written is not None and date is None:
            change = Change(what=what, seen=shown(written), enough=_since(now, limit))
            reason = f"The {what} is '{shown(written)}', not a date."
            return Outcome.INCONCLUSIVE, reason, change
        if written is not None and date is not None and date > now + _A_DAY:
            change = Change(what=what, seen=shown(written), enough=_since(now, limit))
            return Outcome.FAILED, f"The {what} is {shown(written)}, in the future.", change
        return _aged("The data", "is of", date, now, limit, changed=what)


def _aged(
    what: str, verb: str, date: datetime | None, now: datetime, limit: timedelta, *, changed: str
) -> Finding:
    wish = f"the policy wants {in_words(limit)} at most"
    enough = _since(now, limit)
    if date is None:
        reason = f"It is not known how old {what.lower()} is; {wish}."
        return Outcome.INCONCLUSIVE, reason, Change(what=changed, enough=enough)
    age = max(now - date, timedelta(0))
    passed = age <= limit
    # Ages are told in two units only: 30d 1h and a second are told as 30d 1h.
    more = "" if passed or in_words(age) != in_words(limit) else "more than "
    reason = f"{what} {verb} {date:%Y-%m-%d}, {more}{in_words(age)} ago; {wish}."
    if passed:
        return Outcome.PASSED, reason, None
    return Outcome.FAILED, reason, Change(what=changed, seen=date.isoformat(), enough=enough)


def _since(now: datetime, limit: timedelta) -> str:
    # Rounded up: half a second too early would not pass.
    moment = now - limit + timedelta(microseconds=999_999)
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} or later"


def _date(written: str | None) -> datetime | None:
    try:
        date = datetime.fromisoformat((written or "").strip())
    except ValueError:
        return None
    return _in_zone(date)


def _in_zone(date: datetime) -> datetime:
    return date if date.tzinfo else date.replace(tzinfo=UTC)
