"""What Azure Monitor knows of online endpoints: requests that were served, and figures set by hand.

A sample is one minute of one metric with its dimensions.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MINUTE = float(os.environ.get("AZUREML_MINUTE", "60"))
"""Seconds. Azure has nothing finer than a minute; where everything goes faster, so may this."""


@dataclass(frozen=True)
class Served:
    """One request that a deployment answered, mirrored ones included."""

    endpoint: str
    """ARM id, in lower case."""
    deployment: str
    at: float
    """Seconds since 1970."""
    status: int
    milliseconds: float


@dataclass(frozen=True)
class Figure:
    """A metric that somebody has set: the same for every minute, or a series of minutes."""

    metric: str
    endpoint: str
    """Its name or its ARM id, in lower case."""
    dimensions: Mapping[str, str]
    value: float | None = None
    series: tuple[float | None, ...] = ()
    """One value a minute, the last one in the minute of `ends`; None is a minute without one."""
    ends: float = 0.0

    def at(self, minute: int) -> float | None:
        """The value in a minute (counted since 1970)."""
        if not self.series:
            return self.value
        place = len(self.series) - 1 - (int(self.ends // MINUTE) - minute)
        return self.series[place] if 0 <= place < len(self.series) else None


@dataclass
class Metrics:
    """Everything that was served and everything that was set."""

    served: list[Served] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    def set(self, figure: Figure) -> None:
        """In the place of what was set for the same metric, endpoint and dimensions."""
        self.figures = [known for known in self.figures if not _same(known, figure)] + [figure]

    def set_for(self, metric: str, endpoint_id: str) -> Iterator[Figure]:
        names = (endpoint_id.lower(), endpoint_id.rpartition("/")[2].lower())
        for figure in self.figures:
            if figure.metric.lower() == metric.lower() and figure.endpoint in names:
                yield figure

    def requests(self, endpoint_id: str, first: int, last: int) -> Iterator[Served]:
        """What was served in the minutes from `first` to just before `last`."""
        for served in self.served:
            if served.endpoint == endpoint_id.lower() and first <= served.at // MINUTE < last:
                yield served


def _same(one: Figure, other: Figure) -> bool:
    return (one.metric.lower(), one.endpoint, dict(one.dimensions)) == (
        other.metric.lower(),
        other.endpoint,
        dict(other.dimensions),
    )
