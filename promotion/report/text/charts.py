"""Charts of characters: bars, and a line of small columns for each series over time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from promotion.report.text.blocks import Bar, Part, Tone

_COLUMNS: Final = "▁▂▃▄▅▆▇█"
_MOST: Final = 40
"""Columns beside each other; longer times have several days in one."""


def bar(value: float | None, most: float, tone: Tone = "", faint: float | None = None) -> Bar:
    """As long as ``value``, where the longest of the table is ``most``; then lighter to ``faint``.

    Without a value it is empty.
    """
    end, further = _share(value, most), _share(faint, most)
    parts = (Part(end, tone), Part(further - end, tone, faint=True))
    return Bar(tuple(part for part in parts if part.share > 0))


def stacked(values: Iterable[tuple[float, Tone]], most: float) -> Bar:
    """One after the other."""
    parts = (Part(_share(value, most), tone) for value, tone in values)
    return Bar(tuple(part for part in parts if part.share > 0))


def largest(values: Iterable[float | None]) -> float:
    """The longest bar; 0 when there is none."""
    return max((value for value in values if value is not None), default=0)


def moments(first: datetime, last: datetime, step: timedelta) -> list[datetime]:
    """From the first to the last, also those of which there is no row."""
    count = (last - first) // step
    return [first + number * step for number in range(count + 1)]


def line_of(values: Mapping[datetime, float], over: Sequence[datetime], *, adds: bool) -> str:
    """A small column for each moment, a dot where there is nothing.

    Where moments share a column, it shows their sum if the figure ``adds`` up, else the largest.
    """
    each = -(-len(over) // _MOST)
    groups = [over[start : start + each] for start in range(0, len(over), each)]
    found = [[values[at] for at in group if values.get(at) is not None] for group in groups]
    heights = [(sum(group) if adds else max(group)) if group else 0 for group in found]
    most = largest(heights)
    return "".join(_column(height, most) for height in heights)


def _column(height: float, most: float) -> str:
    if height <= 0 or most <= 0:
        return "·"
    return _COLUMNS[min(int(height / most * len(_COLUMNS)), len(_COLUMNS) - 1)]


def _share(value: float | None, most: float) -> float:
    return max(value, 0) / most if value is not None and most > 0 else 0
