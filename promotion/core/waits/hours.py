"""Days of the week and hours of the day, as a clock on the wall shows them."""

import re
from collections.abc import Collection, Iterator
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, WithJsonSchema

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)

_BEGIN, _END = r"(?:[01]\d|2[0-3]):[0-5]\d", r"(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)"
_FORM = re.compile(rf"({_BEGIN})-({_END})", re.ASCII)
_DAY = timedelta(days=1)


def _checked(written: str) -> str:
    form = _FORM.fullmatch(written)
    if form is None:
        raise ValueError("expected hours such as 09:00-17:00, 22:00-04:00 or 18:00-24:00")
    if form.group(1) == form.group(2):
        raise ValueError(f"{written} begins when it ends; 00:00-24:00 is the whole day")
    return written


Hours = Annotated[
    str,
    AfterValidator(_checked),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^{_FORM.pattern}$",
            "examples": ["09:00-17:00", "22:00-04:00"],
        }
    ),
]
"""``09:00-17:00``; hours that end before they begin end on the next day."""


def next_in(days: Collection[Day], hours: Hours, local: datetime) -> datetime:
    """The first time on the wall, ``local`` itself or later, within ``hours`` of one of ``days``.

    Hours that go over midnight belong to the day on which they begin.
    """
    begin, end = _span(hours)
    return next(
        max(local, midnight + begin)
        for midnight in _midnights(local - _DAY)
        if DAYS[midnight.weekday()] in days and local < midnight + end
    )


def days_in_words(days: Collection[Day]) -> str:
    """``mon-fri``, ``mon, wed`` or ``sat-sun``."""
    numbers = [number for number, day in enumerate(DAYS) if day in days]
    # Days in a row are as far from their place in the list as from one another.
    runs = groupby(enumerate(numbers), key=lambda place: place[1] - place[0])
    rows = [[number for _, number in run] for _, run in runs]
    return ", ".join(
        DAYS[row[0]] if len(row) == 1 else f"{DAYS[row[0]]}-{DAYS[row[-1]]}" for row in rows
    )


def _span(hours: Hours) -> tuple[timedelta, timedelta]:
    """From midnight to the beginning, and from the same midnight to the end."""
    begin, end = (
        timedelta(hours=int(hour), minutes=int(minute))
        for hour, minute in (clock.split(":") for clock in hours.split("-"))
    )
    return begin, end if end > begin else end + _DAY


def _midnights(local: datetime) -> Iterator[datetime]:
    midnight = datetime.combine(local.date(), time())
    while True:
        yield midnight
        midnight += _DAY
