"""Time zones: what a clock on the wall shows, and when it is moved."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator

_DAY = timedelta(days=1)


def in_utc(moment: datetime) -> datetime:
    """``moment`` in UTC, where times can be added and compared; ValueError if it has no zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC)


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """What a clock on the wall there shows at ``moment``: without a zone, and without a fold."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def first_change(start: datetime, end: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment after ``start``, and not after ``end``, with clocks just moved there.

    Looks once a day: clocks that are moved and moved back within a day are not noticed.
    """
    while start < end:
        next_look = min(start + _DAY, end)
        if next_look.astimezone(zone).utcoffset() != start.astimezone(zone).utcoffset():
            return _moved(start, next_look, zone)
        start = next_look
    return None


def _moved(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between the two at which the offset changes; clocks move at whole seconds."""
    start = before.replace(microsecond=0)
    old = start.astimezone(zone).utcoffset()

    def is_moved(seconds: int) -> bool:
        return (start + timedelta(seconds=seconds)).astimezone(zone).utcoffset() != old

    span = range(int((after - start).total_seconds()) + 1)
    return start + timedelta(seconds=bisect_left(span, True, key=is_moved))


def earliest(local: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which a clock on the wall shows ``local`` or, if it never
    does because clocks are moved forward over it, the moment at which they are moved."""
    early, late = _readings(local, zone)
    return early if wall(early, zone) == local else first_change(early, late, zone) or late


def latest(local: datetime, zone: ZoneInfo) -> datetime:
    """As ``earliest``, but the last moment, where clocks that are moved back show it twice."""
    early, late = _readings(local, zone)
    return late if wall(late, zone) == local else first_change(early, late, zone) or late


def _readings(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    both = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return min(both), max(both)


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def _known(name: str) -> str:
    if name in _names():
        return name
    # Not CEST and its kin: abbreviations are too much alike to be told apart.
    places = ["UTC", *sorted(known for known in _names() if "/" in known)]
    by_name = {known.lower(): known for known in places}
    by_city = {known.rpartition("/")[2].lower(): known for known in places}
    for spellings in (by_name, by_city):
        if near := get_close_matches(name.lower(), spellings, n=1, cutoff=0.8):
            raise ValueError(f"{name!r} is not a time zone; did you mean {spellings[near[0]]}?")
    raise ValueError(f"{name!r} is not a time zone; expected one such as Europe/Berlin or UTC")


TimeZone = Annotated[str, AfterValidator(_known)]
"""The name of a time zone in the IANA database, such as ``Europe/Berlin``."""
