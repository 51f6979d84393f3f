"""Durations as people write them: ``45s``, ``10m``, ``2h``, ``1d12h``."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_FORM = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")
_EXAMPLE = "expected a duration such as 45s, 10m, 2h or 1d12h"


def _read(written: object) -> object:
    if isinstance(written, timedelta) or (written == 0 and not isinstance(written, bool)):
        return written
    # Bare numbers are refused: nobody should have to guess their unit.
    if not isinstance(written, str):
        raise ValueError(_EXAMPLE)
    form = _FORM.fullmatch(written.strip())
    if form is None or not any(form.groups()):
        raise ValueError(_EXAMPLE)
    parts = zip(_UNITS.values(), form.groups(), strict=True)
    return timedelta(**{unit: int(count) for unit, count in parts if count})


def _written(span: timedelta) -> str:
    """As ``_read`` takes it: what a plan says must still be understood when it arrives."""
    return f"{span.days}d{span.seconds}s"


_AS_WRITTEN: dict[str, list[dict[str, Any]]] = {
    "anyOf": [
        # What is looked ahead for: no part is needed, but one of them is.
        {"type": "string", "pattern": rf"^(?=\d){_FORM.pattern}$", "examples": ["10m", "1d12h"]},
        {"const": 0},
    ]
}


def at_most(limit: timedelta) -> AfterValidator:
    """A duration that is not longer than ``limit``, told in the words of the policy."""

    def checked(span: timedelta) -> timedelta:
        if span > limit:
            raise ValueError(f"longer than the {in_words(limit)} that are possible here")
        return span

    return AfterValidator(checked)


def _not_0(span: timedelta) -> timedelta:
    if not span:
        raise ValueError(f"no time at all; {_EXAMPLE}")
    return span


Duration = Annotated[
    timedelta,
    BeforeValidator(_read),
    at_most(timedelta(days=365)),
    PlainSerializer(_written, when_used="json"),
    WithJsonSchema(_AS_WRITTEN),
]
"""A span of time; 0 or a text such as ``10m``."""

Span = Annotated[Duration, AfterValidator(_not_0), WithJsonSchema(_AS_WRITTEN["anyOf"][0])]
"""A span of time that is not 0."""


def in_words(span: timedelta) -> str:
    """``1d 2h``, ``10m``, ``45s``: the two largest units that are not zero."""
    seconds = int(span.total_seconds())
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or f"{round(span.total_seconds(), 2):g}s"
