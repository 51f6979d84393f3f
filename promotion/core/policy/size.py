"""Sizes as people write them: ``500MB``, ``1.5GiB``."""

import re
from decimal import Context, Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

_UNITS = {
    **{unit: 1000**power for power, unit in enumerate(("B", "KB", "MB", "GB", "TB"))},
    **{unit: 1024**power for power, unit in enumerate(("KiB", "MiB", "GiB", "TiB"), start=1)},
}
# Enough digits for the largest size in bytes: what a plan says must still be understood.
_FORM = re.compile(rf"([0-9]{{1,18}}(?:\.[0-9]{{1,3}})?) ?({'|'.join(_UNITS)})")
_EXAMPLE = "expected a size such as 500MB, 2GB or 1.5GiB"


def _read(written: object) -> object:
    if isinstance(written, int) and not isinstance(written, bool):
        raise ValueError(f"{_EXAMPLE}: nobody should have to guess the unit")
    form = _FORM.fullmatch(written.strip()) if isinstance(written, str) else None
    if form is None:
        raise ValueError(_EXAMPLE)
    # Not by way of a float: 4.35GB has 4 350 000 000 bytes.
    return int(Decimal(form.group(1)) * _UNITS[form.group(2)])


Size = Annotated[
    int,
    BeforeValidator(_read),
    Field(gt=0, lt=10**18),
    PlainSerializer(lambda size: f"{size}B", when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_FORM.pattern}$", "examples": ["500MB"]}),
]
"""A number of bytes that is not 0; KB, MB and GB are powers of 1000, KiB, MiB and GiB of 1024."""


def size_in_words(size: int, beside: int | None = None) -> str:
    """``512 B``, ``1.5 MB``, ``2.25 GB``: in the largest unit of which there is at least one.

    In three digits, or in as many as tell it from the size ``beside`` it.
    """
    digits = 3
    while beside not in (None, size) and _rounded(size, digits) == _rounded(beside or 0, digits):
        digits += 1
    rounded = _rounded(size, digits)
    for unit in ("TB", "GB", "MB", "KB"):
        if rounded >= _UNITS[unit]:
            return f"{(Decimal(rounded) / _UNITS[unit]).normalize():f} {unit}"
    return f"{rounded} B"


def _rounded(size: int, digits: int) -> int:
    return int(Context(prec=digits).create_decimal(size))
