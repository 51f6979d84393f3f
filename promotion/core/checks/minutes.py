"""Figures of one deployment, minute by minute, and what they come to over a time."""

import math
from datetime import datetime
from typing import Literal

from promotion.core.checks.figures import KNOWN
from promotion.core.value import Value

type Series = dict[datetime, float]
"""Values by the minute's beginning; a minute without a value is left out."""
type Window = tuple[datetime, datetime]


class Minutes(Value):
    """What Azure Monitor has of one deployment."""

    requests: dict[str, Series] = {}
    """How many requests, by status class such as ``2xx``."""
    values: dict[str, Series] = {}
    """Other figures, by name."""
    trouble: str | None = None
    """Why it could not be read, when it could not."""
    lasting: bool = False
    """Whether reading it again would not help."""
    remedy: str | None = None

    def counted(self, window: Window) -> float:
        """How many requests there were."""
        return sum(self._by_minute(window).values())

    def figure(
        self, name: str, window: Window, how: Literal["average", "maximum"] = "average"
    ) -> float | None:
        """What the figure comes to; None when nothing is known.

        Latencies are weighted with the requests of their minute: one slow request in a quiet
        minute is not as much as a slow minute full of them.
        """
        known = KNOWN[name]
        all_requests = self._by_minute(window)
        if known.of == "requests" and not known.classes:
            return _put_together(all_requests, {}, how) if all_requests else None
        if known.classes:
            return self._rate(known.classes, window, how)
        series = _inside(self.values.get(name, {}), window)
        return _put_together(series, all_requests if known.of == "latency" else {}, how)

    def figures(self, window: Window, names: frozenset[str]) -> dict[str, float]:
        """Every figure of those names that is known."""
        found = {name: self.figure(name, window) for name in sorted(names)}
        return {name: value for name, value in found.items() if value is not None}

    def _rate(
        self, classes: tuple[str, ...], window: Window, how: Literal["average", "maximum"]
    ) -> float | None:
        everything = self._by_minute(window)
        bad = self._by_minute(window, classes)
        total = math.fsum(everything.values())
        if how == "average":
            return 100 * math.fsum(bad.values()) / total if total else None
        rates = {at: 100 * bad.get(at, 0) / count for at, count in everything.items() if count}
        return max(rates.values(), default=None)

    def _by_minute(self, window: Window, classes: tuple[str, ...] = ()) -> Series:
        summed: Series = {}
        for name, series in self.requests.items():
            for at, count in _inside(series, window).items():
                if not classes or name in classes:
                    summed[at] = summed.get(at, 0) + count
        return summed


def _inside(series: Series, window: Window) -> Series:
    """Minutes that begin in the window."""
    start, end = window
    return {at: value for at, value in series.items() if start <= at < end}


def _put_together(
    series: Series, weights: Series, how: Literal["average", "maximum"]
) -> float | None:
    # A minute without requests has no latency, whatever is reported for it.
    kept = {at: value for at, value in series.items() if not weights or weights.get(at)}
    if not kept:
        return None
    if how == "maximum":
        return max(kept.values())
    heavy = {at: weights.get(at, 1.0) for at in kept}
    mean = math.fsum(kept[at] * weight for at, weight in heavy.items()) / math.fsum(heavy.values())
    # What is the same in every minute must not change by rounding: a limit may be just that.
    return min(max(mean, min(kept.values())), max(kept.values()))
