"""Wait ``window``: is this a time at which the version may go on?"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from promotion.core.policy.duration import Span, in_words
from promotion.core.waits.base import NOT_EMPTY, Wait
from promotion.core.waits.cron import Cron, first_after
from promotion.core.waits.freeze import Freeze
from promotion.core.waits.hours import DAYS, Day, Hours, days_in_words, next_in
from promotion.core.waits.zone import TimeZone, first_change, in_utc, wall


class WindowWait(Wait):
    """Is this a time at which the version may go on to the stage?

    The window is open on certain days at certain hours, or for a time after each time of a cron
    expression, and never during a freeze. A version that comes while it is closed waits until it
    opens. What has begun when it closes is finished.

    All times are those that a clock on the wall shows in the time zone. Hours that such clocks
    skip in spring are not there on that day, and hours that they show twice in autumn count both
    times. A time of a cron expression that clocks skip comes when they are moved; one that they
    show twice comes once, unless its minute or hour begins with `*`.
    """

    kind: Literal["window"]
    days: Annotated[tuple[Day, ...], NOT_EMPTY] | None = Field(
        default=None,
        json_schema_extra={"minItems": 1},
        description="Days of the week, mon to sun; every day if not.",
    )
    hours: Hours | None = Field(
        default=None,
        description="Hours such as 09:00-17:00; the whole day if not. Hours over midnight, such as "
        "22:00-04:00, belong to the day on which they begin.",
    )
    time_zone: TimeZone = Field(
        default="UTC", description="Time zone of all of it, for instance Europe/Berlin."
    )
    cron: Cron | None = Field(
        default=None,
        description="Minute, hour, day, month and day of the week at which the window opens, such "
        "as `0 9 * * mon-fri`; instead of days and hours.",
    )
    open_for: Span | None = Field(
        default=None,
        description="How long the window stays open after each time of cron, for instance 2h.",
    )
    freeze: tuple[Freeze, ...] = Field(
        default=(),
        description="Times in which it stays closed, each with from, until and reason.",
    )

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        by_the_week = self.days is not None or self.hours is not None
        if not by_the_week and self.cron is None and not self.freeze:
            raise ValueError("a window needs days, hours, cron or freeze")
        if by_the_week and self.cron is not None:
            raise ValueError("a window takes either cron or days and hours")
        if (self.cron is None) != (self.open_for is None):
            raise ValueError("cron and open_for go together: when it opens, and for how long")
        return self

    @property
    def label(self) -> str:
        return "window"

    @property
    def in_words(self) -> str:
        frozen = ", ".join(f"{one.start} to {one.until} ({one.reason})" for one in self.freeze)
        return f"the window {self._times}" + (f", except {frozen}" if frozen else "")

    def opens(self, now: datetime) -> datetime:
        """The first moment, ``now`` or later, at which the window is open, in UTC.

        There always is one: freezes end, and a cron expression that never comes is not read.
        Raises ValueError when ``now`` has no time zone.
        """
        freezes = self._freezes()
        at = self._first_time(in_utc(now))
        while ends := [end for begin, end, _ in freezes if begin <= at < end]:
            at = self._first_time(max(ends))
        return at

    def why_closed(self, now: datetime) -> str | None:
        """Why the window is not open at ``now``; None if it is."""
        now = in_utc(now)
        if self.opens(now) == now:
            return None
        frozen = [(end, one) for begin, end, one in self._freezes() if begin <= now < end]
        if frozen:
            return max(frozen, key=lambda one: one[0])[1].in_words
        return f"outside {self._times}"

    def _freezes(self) -> list[tuple[datetime, datetime, Freeze]]:
        return [(*one.span(self._zone), one) for one in self.freeze]

    def _first_time(self, at: datetime) -> datetime:
        """As ``opens``, but for freezes."""
        if self.cron is not None and self.open_for is not None:
            # The first time that is not over: if it has come, the window is open.
            return max(at, first_after(self.cron, at - self.open_for, self._zone))
        if self.days is None and self.hours is None:
            return at
        while True:
            local = wall(at, self._zone)
            found = at + (next_in(self.days or DAYS, self.hours or "00:00-24:00", local) - local)
            # Until clocks are moved, they go as fast as time does.
            moved = first_change(at, found, self._zone)
            if moved is None:
                return found
            at = moved

    @property
    def _times(self) -> str:
        return " ".join((*self._when(), self.time_zone))

    def _when(self) -> Iterator[str]:
        if self.cron is not None and self.open_for is not None:
            yield f"{in_words(self.open_for)} after each {self.cron}"
        elif self.days is None and self.hours is None:
            yield "at any time"
        if self.days is not None:
            yield days_in_words(self.days)
        if self.hours is not None:
            yield self.hours

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
