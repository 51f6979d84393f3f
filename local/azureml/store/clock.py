"""Times as Azure writes them."""

import time
from datetime import UTC, datetime


def stamp(seconds: float | None = None) -> str:
    """A moment (default: now) in the form of Azure's `createdAt` and `startTime`."""
    return datetime.fromtimestamp(time.time() if seconds is None else seconds, UTC).isoformat(
        timespec="microseconds"
    )
