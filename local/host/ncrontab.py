"""Schedules of timer triggers: NCRONTAB expressions and plain intervals.

An expression is {second} {minute} {hour} {day} {month} {day-of-week}; without the first field it
means second 0. Every field must fit, day and day of the week too (unlike cron's either-or).
A field is a list of `*`, `n`, `a-b`, each with an optional `/step`; `n/step` runs from n to the
field's end. Months and days of the week may be names or beginnings of names, and 0 is Sunday.
`hh:mm:ss` is an interval. Times are UTC. Source: github.com/atifaziz/NCrontab, CrontabFieldImpl.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")

_HORIZON_YEARS = 8
"""29 February comes back within so many years, also around 2100."""


@dataclass(frozen=True)
class _Field:
    name: str
    first: int
    last: int
    names: tuple[str, ...] = ()

    def parse(self, text: str) -> frozenset[int]:
        return frozenset(n for item in text.split(",") for n in self._item(item))

    def _item(self, item: str) -> range:
        base, slash, step_text = item.partition("/")
        step = self._number(step_text, 1, self.last) if slash else 1
        if base == "*":
            return range(self.first, self.last + 1, step)
        low, dash, high = base.partition("-")
        start = self._value(low)
        end = self._value(high) if dash else (self.last if slash else start)
        start, end = min(start, end), max(start, end)
        return range(start, end + 1, step)

    def _value(self, text: str) -> int:
        if text.isalpha():
            for index, name in enumerate(self.names):
                if name.startswith(text.lower()):
                    return index + self.first
        return self._number(text, self.first, self.last)

    def _number(self, text: str, low: int, high: int) -> int:
        if not re.fullmatch(r"\d+", text) or not low <= int(text) <= high:
            raise ValueError(f"'{text}' is not a {self.name} from {low} to {high}")
        return int(text)


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 6, _DAYS),
)


@dataclass(frozen=True)
class Interval:
    every: timedelta

    def next_after(self, moment: datetime) -> datetime:
        return moment + self.every


@dataclass(frozen=True)
class Cron:
    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def next_after(self, moment: datetime) -> datetime:
        """The first time that fits, strictly after the given one."""
        time = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        limit = time + timedelta(days=366 * _HORIZON_YEARS)
        while time < limit:
            if not self._fits_day(time):
                time = time.replace(hour=0, minute=0, second=0) + timedelta(days=1)
            elif time.hour not in self.hours:
                time = time.replace(minute=0, second=0) + timedelta(hours=1)
            elif time.minute not in self.minutes:
                time = time.replace(second=0) + timedelta(minutes=1)
            elif time.second not in self.seconds:
                time += timedelta(seconds=1)
            else:
                return time
        raise ValueError("no date fits")

    def _fits_day(self, time: datetime) -> bool:
        weekday = (time.weekday() + 1) % 7
        return time.day in self.days and time.month in self.months and weekday in self.weekdays


def parse(expression: str) -> Cron | Interval:
    """Read a schedule. Raises ValueError with what is wrong."""
    if found := re.fullmatch(r"(?:(\d+)\.)?(\d{1,2}):([0-5]\d):([0-5]\d)", expression.strip()):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        every = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if not every:
            raise ValueError("an interval of nothing")
        return Interval(every)
    parts = expression.split()
    if len(parts) == 5:
        parts.insert(0, "0")
    if len(parts) != len(_FIELDS):
        raise ValueError(f"expected six fields (or five, or hh:mm:ss), got {len(parts)}")
    cron = Cron(*(field.parse(part) for field, part in zip(_FIELDS, parts, strict=True)))
    cron.next_after(datetime.now(UTC))  # tells of a date that never comes, such as 30 February
    return cron
