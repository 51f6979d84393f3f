"""Is an answer what was expected?"""

import json
import math
from collections.abc import Iterator
from statistics import median
from typing import Any, Final

from promotion.core.gates.metric import exact, figure
from promotion.core.value import Json

_SHOWN = 5
_MAX_TEXT: Final = 300
"""Characters of an unexpected answer that are shown."""
_TOO_DEEP: Final = "nested too deeply"


def wrong_status(status: int, expected: int, body: str) -> str | None:
    """Why the status is not the expected one; None when it is."""
    if status == expected:
        return None
    instead = f" instead of {expected}" if expected != 200 else ""
    return f"it answered {status}{instead}: {body[:_MAX_TEXT]}"


def wrong_body(
    body: str, *, response: str | None, schema: str | None, tolerance: float
) -> str | None:
    """What is wrong with the body of an answer; None when nothing is, or nothing is expected."""
    if response is None and schema is None:
        return None
    try:
        actual = json.loads(body)
    except (ValueError, RecursionError):
        return f"its answer is not JSON: {body[:_MAX_TEXT]}"
    found: list[str] = []
    if response is not None:
        found += differences(json.loads(response), actual, tolerance)
    if schema is not None:
        found += violations(json.loads(schema), actual)
    return summary(found) or None


def violations(schema: Json, actual: Json) -> list[str]:
    """Where ``actual`` is not as the JSON schema says, in words."""
    from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped]
    from referencing.exceptions import Unresolvable

    # A limit of the schema would hold for NaN: nothing is more than it, and nothing less.
    if numbers := list(_no_numbers(actual)):
        return numbers
    try:
        found = sorted(_validator(schema).iter_errors(actual), key=lambda error: error.json_path)
    except (SchemaError, Unresolvable) as error:
        return [f"the schema cannot be used: {str(error).splitlines()[0]}"]
    except RecursionError:
        return [_TOO_DEEP]
    return [f"{error.json_path}: {_short(error.message)}" for error in found]


def wrong_schema(text: str) -> str | None:
    """Why ``text`` is no JSON schema; None when it is one."""
    from jsonschema.exceptions import SchemaError

    try:
        schema = json.loads(text)
        if not isinstance(schema, dict):
            return "a JSON schema is a mapping"
        _validator(schema).check_schema(schema)
    except SchemaError as error:
        return f"not a JSON schema: {error.json_path}: {_short(error.message)}"
    except RecursionError:
        return _TOO_DEEP
    except ValueError as error:
        return f"not JSON: {error}"
    return None


def too_slow(latencies: list[float], at_most: float) -> str | None:
    """Why answers were too slow, in milliseconds; None when they were not.

    Half of them must be fast enough: the first one after a start seldom is.
    """
    middle = median(latencies)
    if middle <= at_most:
        return None
    if len(latencies) == 1:
        return f"its answer took {middle:.0f} ms instead of at most {at_most:g} ms"
    return (
        f"its answers took {middle:.0f} ms (median of {len(latencies)}, "
        f"the slowest {max(latencies):.0f} ms) instead of at most {at_most:g} ms"
    )


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
        if expected != actual and not _off_by(actual, expected) <= tolerance:
            off = f" ± {exact(tolerance)}" if tolerance else ""
            seen = _beside(actual, expected, tolerance)
            yield f"{at} is {seen} instead of {_exactly(expected)}{off}"
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


def _no_numbers(value: Json, at: str = "$") -> Iterator[str]:
    """Where there is NaN or an infinity, which JSON does not have."""
    if isinstance(value, float) and not math.isfinite(value):
        yield f"{at} is {_shown(value)}, which is no number"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _no_numbers(inner, f"{at}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _no_numbers(inner, f"{at}[{index}]")


def _validator(schema: Json) -> Any:
    """Nothing is fetched for a ``$ref``: a policy's schema stands on its own."""
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
    from jsonschema.validators import validator_for  # type: ignore[import-untyped]
    from referencing import Registry

    chosen = validator_for(schema, default=Draft202012Validator)
    return chosen(schema, registry=Registry())


def _is_number(value: Json) -> bool:
    # JSON's true and false are numbers to Python, not to anybody else.
    return isinstance(value, int | float) and not isinstance(value, bool)


def _off_by(actual: Json, expected: Json) -> float:
    if isinstance(actual, int) and isinstance(expected, int):
        return _float(abs(actual - expected))  # above 2**53 floats skip integers
    return math.fabs(_float(actual) - _float(expected))


def _beside(value: Json, expected: Json, tolerance: float) -> str:
    """``value`` in as many digits as it takes to be as far off as it is."""
    wanted = _float(expected)
    if isinstance(value, float) and math.isfinite(value) and math.isfinite(wanted):
        return figure(value, wanted - tolerance, wanted, wanted + tolerance)
    return _shown(value)


def _exactly(value: Json) -> str:
    return exact(value) if isinstance(value, float) and math.isfinite(value) else _shown(value)


def _shown(value: Json) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else json.dumps(value)
    return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


def _float(value: Json) -> float:
    try:
        return float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:  # an integer that no float can be: off by more than any tolerance
        return math.nan
