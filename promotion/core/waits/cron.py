"""Cron expressions: the times that they name, daylight saving included."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, WithJsonSchema

_EXAMPLE = "expected minute, hour, day, month and day of the week, such as 0 9 * * mon-fri"


def _checked(written: str) -> str:
    # More fields would be seconds, for which the rules of daylight saving below do not hold.
    if len(written.split()) != 5 or len(written) > 200:
        raise ValueError(f"not a cron expression; {_EXAMPLE}")
    try:
        # From any year: what does not come in 50 years, more than leap years take, never comes.
        first = next(CronSim(written, datetime(2000, 1, 1)), None)  # noqa: DTZ001
    except CronSimError as error:
        what = str(error)[:1].lower() + str(error)[1:]
        raise ValueError(f"not a cron expression: {what}; {_EXAMPLE}") from None
    if first is None:
        raise ValueError("this cron expression names a time that never comes")
    return written


Cron = Annotated[
    str,
    AfterValidator(_checked),
    WithJsonSchema(
        {"type": "string", "pattern": r"^\s*\S+(\s+\S+){4}\s*$", "examples": ["0 9 * * mon-fri"]}
    ),
]
"""Five fields: minute, hour, day of the month, month, day of the week."""


def first_after(expression: Cron, moment: datetime, zone: ZoneInfo) -> datetime:
    """The first time that ``expression`` names after ``moment``, in UTC.

    As cron has it: a time that clocks are moved over comes when they are moved, and one that they
    show twice comes once, unless minute or hour begins with ``*``; those simply go on.
    """
    # Where clocks show a time twice, the iterator can begin with the one that has been.
    times = (time.astimezone(UTC) for time in CronSim(expression, moment.astimezone(zone)))
    return next(time for time in times if time > moment)
