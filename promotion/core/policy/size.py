"""Sizes as people write them: ``500MB``, ``1.5GiB``."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

_UNITS = {
    **{unit: 1000**power for power, unit in enumerate(("B", "KB", "MB", "GB", "TB"))},
    **{unit: 1024**power for power, unit in enumerate(("KiB", "MiB", "GiB", "TiB"), start=1)},
}
_FORM = re.compile(rf"(\d{{1,9}}(?:\.\d{{1,3}})?) ?({'|'.join(_UNITS)})")
_EXAMPLE = "expected a size such as 500MB, 2GB or 1.5GiB"


def _read(written: object) -> object:
    if isinstance(written, int) and not isinstance(written, bool):
        raise ValueError(f"{_EXAMPLE}: nobody should have to guess the unit")
    form = _FORM.fullmatch(written.strip()) if isinstance(written, str) else None
    if form is None:
        raise ValueError(_EXAMPLE)
    return int(float(form.group(1)) * _UNITS[form.group(2)])


Size = Annotated[
    int,
    BeforeValidator(_read),
    Field(gt=0),
    PlainSerializer(lambda size: f"{size}B", when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_FORM.pattern}$", "examples": ["500MB"]}),
]
"""A number of bytes that is not 0; KB, MB and GB are powers of 1000, KiB, MiB and GiB of 1024."""


def size_in_words(size: int) -> str:
    """``512 B``, ``1.5 MB``, ``2.25 GB``: in the largest unit of which there is at least one."""
    for unit in ("TB", "GB", "MB", "KB"):
        if size >= _UNITS[unit]:
            return f"{size / _UNITS[unit]:.3g} {unit}"
    return f"{size} B"
