"""A new deployment at one moment of its rollout: what checks judge."""

from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import Field

from promotion.core.candidate import Answer, Candidate
from promotion.core.checks.minutes import Minutes
from promotion.core.value import Value

_BEFORE: Final = timedelta(minutes=30)
"""How much of the live deployment's past is compared with, once it has no traffic any more."""


class Moment(Value):
    """How far a rollout is."""

    endpoint: str
    deployment: str
    """The new one."""
    live: str | None = None
    """The deployment that served most before the rollout; None when nothing did."""
    share: int = 0
    """Percent of the traffic that the new one has."""
    mirrored: int = 0
    """Percent of the traffic that is mirrored to it."""
    since: datetime
    """Since when it has that share."""
    as_of: datetime
    """When it is looked at. Checks read this instead of a clock."""
    grain: float = 60.0
    """Seconds from one figure of Azure Monitor to the next."""

    @property
    def traffic(self) -> str:
        """The share in words: ``25 % of the traffic``."""
        if self.mirrored:
            return f"{self.mirrored} % of the traffic mirrored to it"
        return f"{self.share} % of the traffic"

    def window(self, over: timedelta | None) -> tuple[datetime, datetime]:
        """The time that figures of the new deployment are about: never one with another share.

        So the minute in which the share changed does not count, whatever it says.
        """
        start = self.first_figures
        if over is not None:
            start = max(start, self._floor(self.as_of - over))
        return min(start, self.as_of), self.as_of

    def span(self, over: timedelta | None) -> timedelta:
        """How long that is, for people."""
        return self.as_of - (self.since if over is None else max(self.since, self.as_of - over))

    @property
    def first_figures(self) -> datetime:
        """When the first minute begins that is only about this share."""
        floor = self._floor(self.since)
        return floor if floor == self.since else floor + timedelta(seconds=self.grain)

    def live_window(self, over: timedelta | None) -> tuple[datetime, datetime]:
        """The same time for the live one, or the last before it lost its traffic."""
        if self.share < 100:
            return self.window(over)
        return self._floor(self.since - (over or _BEFORE)), self._floor(self.since)

    def _floor(self, moment: datetime) -> datetime:
        return datetime.fromtimestamp(moment.timestamp() // self.grain * self.grain, UTC)


class Told(Moment):
    """A moment as a service is told of it, with the figures that were read."""

    grain: float = Field(default=60.0, exclude=True)
    figures: dict[str, float] = {}
    """Of the new deployment, by name."""
    live_figures: dict[str, float] = {}


class Observed(Candidate):
    """The candidate as services are asked about it during a rollout."""

    serving: Told


class Serving(Moment):
    """A moment with everything that is known about it; what is missing is missing."""

    new: Minutes = Minutes()
    """Of the new deployment."""
    beside: Minutes = Minutes()
    """Of the live one."""
    candidate: Candidate | None = None
    """What the gates saw."""
    answers: dict[str, Answer] = {}
    """Of the services that checks ask, by the check's ``question``."""
