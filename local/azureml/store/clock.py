"""Times as Azure writes them."""

import time
from datetime import UTC, datetime


def stamp(seconds: float | None = None) -> str:
    """A moment (default: now) in the form of Azure's `createdAt` and `startTime`."""
    return datetime.fromtimestamp(time.time() if seconds is None else seconds, UTC).isoformat(
        timespec="microseconds"
    )


def moment(given: str) -> str:
    """A moment that somebody wrote, in that form; ValueError if it is none. UTC, unless it says."""
    found = datetime.fromisoformat(given)
    return stamp((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def milliseconds(moment: str) -> int:
    """A moment as MLflow writes it: milliseconds since 1970."""
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


def utc(seconds: float) -> str:
    """A moment as Azure Monitor writes it: whole seconds and a Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
