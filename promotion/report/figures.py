"""Figures as people read them, by the unit that the header of a query gives a column."""

import json
import math
from datetime import UTC, datetime
from typing import Final

from promotion.report.queries import Unit

_SIZES: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def figure(value: object, unit: Unit) -> str:
    """``value`` with its unit; empty when there is none."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, unit)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def span(seconds: float) -> str:
    """A length of time by its two largest units, such as ``2 h 2 min``."""
    if not math.isfinite(seconds):
        return ""
    if seconds < 0:
        return f"-{span(-seconds)}"
    if 0 < seconds < 0.9995:
        return f"{seconds * 1_000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    left = round(seconds)
    parts: list[str] = []
    for size, name in _SIZES:
        count, rest = divmod(left, size)
        if parts and not count:
            break
        if count:
            parts.append(f"{count} {name}")
            left = rest
        if len(parts) == 2:
            break
    return " ".join(parts)


def day(moment: datetime) -> str:
    """Only the day."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def second(moment: datetime) -> str:
    """To the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _number(value: float, unit: Unit) -> str:
    if not math.isfinite(value):
        return ""
    if unit == "seconds":
        return span(value)
    if unit == "percent":
        return f"{value:.1f}".removesuffix(".0") + " %"
    whole = value == int(value)
    return f"{int(value):,}" if whole else f"{value:,.2f}"
