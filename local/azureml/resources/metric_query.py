"""What a query of Azure Monitor asks for, or the error that it earns.

Errors of Azure Monitor are flat: code and message, without an `error` around them.
"""

import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from local.azureml.errors import ArmError, PlainError
from local.azureml.resources.metric_definitions import Definition
from local.azureml.store.metrics import MINUTE
from local.azureml.wire import Call

_VERSIONS = ("2018-01-01", "2019-07-01", "2021-05-01", "2023-10-01", "2024-02-01")
_GRAINS = {
    "PT1M": 1,
    "PT5M": 5,
    "PT15M": 15,
    "PT30M": 30,
    "PT1H": 60,
    "PT6H": 360,
    "PT12H": 720,
    "P1D": 1440,
}
_AGGREGATIONS = ("Average", "Minimum", "Maximum", "Total", "Count")
_CONDITION = re.compile(r"\s*\(?\s*(\w+)\s+(eq|ne|sw)\s+'([^']*)'\s*\)?\s*", re.IGNORECASE)
_HOUR = 60


@dataclass(frozen=True)
class Condition:
    """One comparison of a filter; several of one dimension are alternatives."""

    dimension: str
    operator: str
    value: str

    def holds(self, value: str) -> bool:
        if self.value == "*":
            return True
        wanted, found = self.value.lower(), value.lower()
        if self.operator == "sw":
            return found.startswith(wanted)
        return (wanted == found) == (self.operator == "eq")


@dataclass(frozen=True)
class Query:
    """The whole question."""

    definitions: tuple[Definition, ...]
    first: int
    """Minutes since 1970."""
    last: int
    """The minute that is no longer meant."""
    grain: int
    interval: str
    aggregations: tuple[str, ...]
    conditions: tuple[Condition, ...]


def read(call: Call, namespace: str, known: Mapping[str, Definition]) -> Query:
    """The query of a request."""
    if call.api_version not in _VERSIONS:
        supported = ",".join(_VERSIONS)
        message = f"The api-version '{call.api_version}' is invalid. Supported are '{supported}'."
        raise ArmError(400, "InvalidApiVersionParameter", message, {})
    query = {name.lower(): value for name, value in call.query.items()}
    definitions = _definitions(query.get("metricnames", ""), namespace, known)
    conditions = _conditions(query.get("$filter", ""))
    for definition in definitions:
        _check_dimensions(definition, conditions)
    interval = query.get("interval") or "PT1M"
    if interval not in _GRAINS:
        raise _invalid("interval", interval, ",".join(_GRAINS))
    first, last = _timespan(query.get("timespan", ""))
    grain = _GRAINS[interval]
    return Query(
        definitions=definitions,
        first=first - first % grain,
        last=last,
        grain=grain,
        interval=interval,
        aggregations=_aggregations(query.get("aggregation") or "Average"),
        conditions=conditions,
    )


def bad_request(message: str) -> PlainError:
    return PlainError(400, {"code": "BadRequest", "message": message})


def _definitions(
    names: str, namespace: str, known: Mapping[str, Definition]
) -> tuple[Definition, ...]:
    """Without names Azure gives one metric; known from issues: the words about an unknown one."""
    wanted = [name.strip() for name in names.split(",") if name.strip()] or [next(iter(known))]
    found = {name.lower(): definition for name, definition in known.items()}
    for name in wanted:
        if name.lower() not in found:
            provider, _, kind = namespace.partition("/")
            raise bad_request(
                f"Failed to find metric configuration for provider: {provider}, resource Type: "
                f"{kind}, metric: {name}, Valid metrics: {','.join(known)}"
            )
    return tuple(found[name.lower()] for name in wanted)


def _conditions(text: str) -> tuple[Condition, ...]:
    """`a eq 'x' and b eq 'y' or b eq 'z'`: `or` only within one dimension, as documented."""
    conditions = []
    for group in re.split(r"\band\b", text, flags=re.IGNORECASE) if text.strip() else ():
        parsed = [
            _CONDITION.fullmatch(part) for part in re.split(r"\bor\b", group, flags=re.IGNORECASE)
        ]
        found = [Condition(one[1], one[2].lower(), one[3]) for one in parsed if one]
        if len(found) < len(parsed) or len({one.dimension.lower() for one in found}) != 1:
            raise bad_request(f"Invalid $filter: '{text}'.{_trace()}")
        conditions += found
    return tuple(conditions)


def _check_dimensions(definition: Definition, conditions: tuple[Condition, ...]) -> None:
    supported = {name.lower() for name in definition.dimensions}
    asked = list(dict.fromkeys(one.dimension.lower() for one in conditions))
    if not set(asked) <= supported:
        raise bad_request(
            f"Metric: {definition.name} does not support requested dimension combination: "
            f"{','.join(asked)}, supported ones are: {','.join(definition.dimensions)},{_trace()}"
        )


def _timespan(text: str) -> tuple[int, int]:
    """Start and end; without one, the last hour. `+` has to be written as %2B in an address."""
    if not text:
        now = int(time.time() // MINUTE)
        return now - _HOUR, now + 1
    try:
        first, last = (datetime.fromisoformat(part).timestamp() for part in text.split("/"))
    except ValueError:
        raise _invalid("timespan", text, "startDateTime_ISO/endDateTime_ISO") from None
    if first >= last:
        raise _invalid("timespan", text, "a start that is before its end")
    return int(first // MINUTE), int(-(-last // MINUTE))


def _aggregations(text: str) -> tuple[str, ...]:
    known = {name.lower(): name for name in _AGGREGATIONS}
    asked = [part.strip() for part in text.split(",")]
    for name in asked:
        if name.lower() not in known:
            raise _invalid("aggregation", name, ",".join(_AGGREGATIONS))
    return tuple(known[name.lower()] for name in asked)


def _invalid(parameter: str, value: str, wanted: str) -> PlainError:
    return bad_request(
        f"Detect invalid value: {value} for query parameter: '{parameter}', "
        f"the value must be: {wanted}.{_trace()}"
    )


def _trace() -> str:
    return f" TraceId: {{{uuid.uuid4()}}}"
