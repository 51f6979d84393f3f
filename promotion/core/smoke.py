"""Is an answer what was expected?"""

import json
import math
from collections.abc import Iterator

from promotion.core.value import Json

_SHOWN = 5


def differences(expected: Json, actual: Json, tolerance: float, at: str = "$") -> Iterator[str]:
    """Where ``actual`` is not what is ``expected``, in words.

    Objects may have more fields than expected, arrays not more items; numbers may be off by
    ``tolerance``, in the units of the answer.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        yield from _in_object(expected, actual, tolerance, at)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _in_array(expected, actual, tolerance, at)
    elif _is_number(expected) and _is_number(actual):
        # NaN is off by more than any tolerance.
        if not math.fabs(_float(actual) - _float(expected)) <= tolerance:
            off = f" ± {tolerance:g}" if tolerance else ""
            yield f"{at} is {_shown(actual)} instead of {_shown(expected)}{off}"
    elif type(expected) is not type(actual) or expected != actual:
        yield f"{at} is {_shown(actual)} instead of {_shown(expected)}"


def summary(found: list[str]) -> str:
    """The first few differences in one line."""
    more = len(found) - _SHOWN
    return "; ".join(found[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _in_object(
    expected: dict[str, Json], actual: dict[str, Json], tolerance: float, at: str
) -> Iterator[str]:
    for key, value in expected.items():
        if key in actual:
            yield from differences(value, actual[key], tolerance, f"{at}.{key}")
        else:
            yield f"{at}.{key} is missing"


def _in_array(expected: list[Json], actual: list[Json], tolerance: float, at: str) -> Iterator[str]:
    if len(actual) != len(expected):
        yield f"{at} has {len(actual)} items instead of {len(expected)}"
        return
    for index, (wanted, got) in enumerate(zip(expected, actual, strict=True)):
        yield from differences(wanted, got, tolerance, f"{at}[{index}]")


def _is_number(value: Json) -> bool:
    # JSON's true and false are numbers to Python, not to anybody else.
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Json) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _float(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
