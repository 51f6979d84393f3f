"""Durations as people write them: ``45s``, ``10m``, ``2h``, ``1d12h``."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

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


_AS_WRITTEN = {
    "anyOf": [
        # What is looked ahead for: no part is needed, but one of them is.
        {"type": "string", "pattern": rf"^(?=\d){_FORM.pattern}$", "examples": ["10m", "1d12h"]},
        {"const": 0},
    ]
}

Duration = Annotated[
    timedelta,
    BeforeValidator(_read),
    Field(ge=timedelta(0), le=timedelta(days=365)),
    WithJsonSchema(_AS_WRITTEN),
]
"""A span of time; 0 or a text such as ``10m``."""


def in_words(span: timedelta) -> str:
    """``1d 2h``, ``10m``, ``45s``: the two largest units that are not zero."""
    seconds = int(span.total_seconds())
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or f"{span.total_seconds():g}s"
