"""Moments as people write and read them; all of them are in UTC."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from promotion.cli.exits import mistake

_UNITS: Final = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_SPAN: Final = re.compile(r"(?:\d{1,6}[wdhms])+")
_AGES: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def moment(written: object) -> datetime | None:
    """What the API gives as a moment; None when it is none."""
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def ago(written: object, now: datetime) -> str:
    """How long ago that was, roughly; empty when it is not known."""
    then = moment(written)
    if then is None:
        return ""
    seconds = max(int((now - then).total_seconds()), 0)
    for size, unit in _AGES:
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"


def clock(written: object) -> str:
    """Day and time of day; the text itself when it is no moment."""
    found = moment(written)
    return f"{found.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if found else str(written)


def time_of_day(found: datetime) -> str:
    """Only the time, to the second."""
    return f"{found.astimezone(UTC):%H:%M:%S}"


def since(written: str, now: datetime, option: str = "--since") -> str:
    """A moment for the API, of ``7d``, ``12h`` or a date. Raises Failed, which names the option."""
    if _SPAN.fullmatch(written):
        parts = re.findall(r"(\d+)(\w)", written)
        seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
        try:
            return (now - timedelta(seconds=seconds)).isoformat(timespec="seconds")
        except OverflowError:
            raise _no_moment(written, option) from None
    try:
        found = datetime.fromisoformat(written)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        found.astimezone(UTC)  # the first and the last days have no such moment everywhere
    except (ValueError, OverflowError):
        raise _no_moment(written, option) from None
    return found.isoformat()


def _no_moment(written: str, option: str) -> Exception:
    what = f"{option}: {written!r} is neither a span nor a date."
    return mistake(what, "Write 7d, 12h, 2026-03-02 or 2026-03-02T12:00; times are in UTC.")
