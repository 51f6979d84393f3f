"""One measured figure with what it is compared to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A row of the table that `make bench` prints."""

    what: str
    measured: str
    beside: str
    limit: str
    within: bool
