"""Samples of a metric, and the time series that a query makes of them."""

import math
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.azureml.resources.metric_definitions import Definition
from local.azureml.resources.metric_query import Query
from local.azureml.store.clock import utc
from local.azureml.store.metrics import MINUTE, Metrics, Served


@dataclass(frozen=True)
class Sample:
    """A value of one minute: one that was set, a request, or the latency of one."""

    minute: int
    value: float
    dimensions: Mapping[str, str]


def samples(
    metrics: Metrics, endpoint_id: str, deployment: str | None, definition: Definition, query: Query
) -> Iterator[Sample]:
    """What was set, and what was served by deployments of which nothing was set."""
    now = int(time.time() // MINUTE)
    known = set()
    for figure in metrics.set_for(definition.name, endpoint_id):
        if deployment and figure.dimensions.get("deployment") != deployment:
            continue
        known.add(figure.dimensions.get("deployment"))
        for minute in range(query.first, min(query.last, now + 1)):
            if (value := figure.at(minute)) is not None:
                yield Sample(minute, value, figure.dimensions)
    if None in known or not definition.name.startswith(("RequestLatency", "RequestsPerMinute")):
        return
    for served in metrics.requests(endpoint_id, query.first, query.last):
        if served.deployment not in known and deployment in (None, served.deployment):
            value = 1.0 if definition.adds_up else served.milliseconds
            yield Sample(int(served.at // MINUTE), value, _dimensions(served))


def timeseries(
    found: Iterator[Sample], definition: Definition, query: Query
) -> list[dict[str, Any]]:
    """One series for each combination of the dimensions that the filter names."""
    named = list(dict.fromkeys(one.dimension.lower() for one in query.conditions))
    groups: dict[tuple[str, ...], list[Sample]] = defaultdict(list)
    for sample in found:
        values = {name.lower(): value for name, value in sample.dimensions.items()}
        if _passes(values, query):
            groups[tuple(values[name] for name in named)].append(sample)
    return [
        {
            "metadatavalues": [
                {"name": {"value": name, "localizedValue": name}, "value": value}
                for name, value in zip(named, values, strict=True)
            ],
            "data": _data(group, definition, query),
        }
        for values, group in groups.items()
    ]


def _dimensions(served: Served) -> dict[str, str]:
    """A model's own error is 424 outside; its container's status is another dimension."""
    code = str(served.status)
    return {
        "deployment": served.deployment,
        "statusCode": code,
        "statusCodeClass": f"{code[0]}xx",
        "modelStatusCode": "400" if served.status == 424 else code,
        "envoy_response_code": code,
    }


def _passes(values: Mapping[str, str], query: Query) -> bool:
    for name in {one.dimension.lower() for one in query.conditions}:
        conditions = [one for one in query.conditions if one.dimension.lower() == name]
        if name not in values or not any(one.holds(values[name]) for one in conditions):
            return False
    return True


def _data(group: list[Sample], definition: Definition, query: Query) -> list[dict[str, Any]]:
    """A point for each interval; one without a value has nothing but its time."""
    minutes: dict[int, list[float]] = defaultdict(list)
    for sample in group:
        minutes[sample.minute].append(sample.value)
    points = []
    for start in range(query.first, query.last, query.grain):
        inside = range(start, start + query.grain)
        values = [_combined(minutes[minute], definition) for minute in inside if minute in minutes]
        points.append({"timeStamp": utc(start * MINUTE), **_aggregated(values, query)})
    return points


def _combined(values: list[float], definition: Definition) -> float:
    """The value of one minute: a sum, a percentile or a mean."""
    if definition.adds_up:
        return sum(values)
    if definition.percentile is not None:
        return sorted(values)[math.ceil(definition.percentile * len(values)) - 1]
    return sum(values) / len(values)


def _aggregated(values: list[float], query: Query) -> dict[str, float]:
    if not values:
        return {}
    computed = {
        "Average": sum(values) / len(values),
        "Minimum": min(values),
        "Maximum": max(values),
        "Total": sum(values),
        "Count": float(len(values)),
    }
    return {name.lower(): computed[name] for name in query.aggregations}
