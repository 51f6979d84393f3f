"""Figures of Azure Monitor, set by hand."""

import math
import time
from datetime import datetime
from typing import Any

from local.azureml.control import checked
from local.azureml.resources.metric_definitions import DEPLOYMENT, ENDPOINT
from local.azureml.store.clock import utc
from local.azureml.store.metrics import Figure
from local.azureml.wire import Call, Reply

_FIELDS = {"metric", "endpoint", "deployment", "dimensions", "value", "series", "ends"}


def get(call: Call) -> Reply:
    return Reply(body={"metrics": [_shown(figure) for figure in call.cloud.store.metrics.figures]})


def put(call: Call) -> Reply:
    """{"metrics": [{metric, endpoint, deployment?, dimensions?, value | series, ends?}]}"""
    for figure in checked(lambda body: [_figure(entry) for entry in body["metrics"]], call):
        call.cloud.store.metrics.set(figure)
    return get(call)


def delete(call: Call) -> Reply:
    """Forgets what was set, and what was served."""
    call.cloud.store.metrics.figures.clear()
    call.cloud.store.metrics.served.clear()
    return Reply(204)


def _figure(entry: dict[str, Any]) -> Figure:
    if strange := sorted(set(entry) - _FIELDS):
        raise ValueError(f"{strange[0]} is not a field of a metric")
    metric = str(entry["metric"])
    if metric not in {**ENDPOINT, **DEPLOYMENT}:
        raise ValueError(f"Azure has no metric {metric} of online endpoints")
    if ("value" in entry) == ("series" in entry):
        raise ValueError(f"the metric {metric} needs either a value or a series")
    named = {"deployment": entry["deployment"]} if entry.get("deployment") else {}
    series = tuple(_number(metric, value) for value in entry.get("series", ()))
    ends = entry.get("ends")
    return Figure(
        metric=metric,
        endpoint=str(entry["endpoint"]).lower(),
        dimensions={**named, **entry.get("dimensions", {})},
        value=_number(metric, entry.get("value")),
        series=series,
        ends=datetime.fromisoformat(ends).timestamp() if ends else time.time(),
    )


def _number(metric: str, value: Any) -> float | None:
    """None is a minute without a value."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"the metric {metric} is {value!r}, which is no number")
    return float(value)


def _shown(figure: Figure) -> dict[str, Any]:
    shown: dict[str, Any] = {"metric": figure.metric, "endpoint": figure.endpoint}
    shown["dimensions"] = dict(figure.dimensions)
    if figure.series:
        return {**shown, "series": list(figure.series), "ends": utc(figure.ends)}
    return {**shown, "value": figure.value}
