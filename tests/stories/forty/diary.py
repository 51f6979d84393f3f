"""What the people of the history remember: what was registered, and what they did."""

from dataclasses import dataclass
from datetime import datetime

from local import taxi


@dataclass(frozen=True)
class Run:
    """One promotion: a version on a route, and who or what began it."""

    route: str
    model: str
    version: str
    by: str
    at: datetime
    training: taxi.Training | None
    """What the version was made by; None of one that does not exist."""
    tags: frozenset[str] = frozenset()
    bypassed: str = ""


@dataclass(frozen=True)
class Deed:
    """What somebody asked the service to do, and the service accepted."""

    at: datetime
    who: str
    what: str
    """approve, reject, intrude, cancel, hold, resume, rollback or promote."""
    route: str
    stage: str = ""
    version: str = ""
    bypassed: str = ""
