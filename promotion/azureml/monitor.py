"""Figures of a deployment from Azure Monitor.

One plain GET beside the SDK: azure-monitor-querymetrics asks another, regional service, and would
bring a client of its own for it (docs/decisions).

Source: https://learn.microsoft.com/rest/api/monitor/metrics/list
"""

import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.core.checks.figures import KNOWN
from promotion.core.checks.minutes import Minutes, Series, Window
from promotion.core.errors import Retryable, Terminal
from promotion.core.references import WorkspaceRef

_API: Final = "2024-02-01"
_LONGEST: Final = timedelta(days=1)
"""A minute's value is kept for long, but nobody judges a deployment by more of them."""


def read_minutes(
    workspace: WorkspaceRef, endpoint: str, deployment: str, names: Iterable[str], window: Window
) -> Minutes:
    """The figures of those names, minute by minute, and the requests.

    What cannot be read now is a trouble that may pass; figures that are missing are left out.
    """
    arm = f"{workspace.arm_id}/onlineEndpoints/{endpoint}"
    try:
        with azure_errors(f"read the metrics of {deployment}", Role.MONITOR):
            return _read(arm, deployment, sorted(names), window)
    except Retryable as error:
        return Minutes(trouble=error.failure.reason, remedy=error.failure.remedy)
    except Terminal as error:
        told = error.failure
        return Minutes(trouble=told.reason, remedy=told.remedy, lasting=True)


def _read(arm: str, deployment: str, names: list[str], window: Window) -> Minutes:
    span = _timespan(window)
    if span is None:  # nothing has begun that could be asked about
        return Minutes()
    own = f"deployment eq '{deployment}'"
    counts = _asked(arm, ["RequestsPerMinute"], span, f"{own} and statusCodeClass eq '*'")
    requests: dict[str, Series] = {}
    for _, named, series in counts:
        requests.setdefault(named.get("statuscodeclass", "").lower(), {}).update(series)
    values: dict[str, Series] = {}
    latencies = [name for name in names if KNOWN[name].of == "latency"]
    resources = [name for name in names if KNOWN[name].of == "resources"]
    for wanted, at, condition in (
        (latencies, arm, own),
        (resources, f"{arm}/deployments/{deployment}", None),
    ):
        for name, _, series in _asked(at, wanted, span, condition) if wanted else ():
            values.setdefault(name, {}).update(series)
    return Minutes(requests=requests, values=values)


def _timespan(window: Window) -> str | None:
    """Whole minutes: Azure Monitor has nothing smaller. None when there is none of them."""
    start, end = window
    if end <= start:
        return None
    first = max(start, end - _LONGEST).astimezone(UTC).replace(second=0, microsecond=0)
    last = end.astimezone(UTC).replace(microsecond=0)
    if last <= first:  # in the very first second of a minute
        return None
    return "/".join(
        f"{one.replace(tzinfo=None).isoformat(timespec='seconds')}Z" for one in (first, last)
    )


def _asked(
    arm: str, names: list[str], span: str, condition: str | None
) -> Iterator[tuple[str, dict[str, str], Series]]:
    """Every time series of those metrics: its metric, its dimensions in lower case, its values."""
    params = {
        "api-version": _API,
        "metricnames": ",".join(names),
        "timespan": span,
        "interval": "PT1M",
        "aggregation": "Average",
    }
    if condition is not None:
        params["$filter"] = condition
    url = f"{access.resource_manager().rstrip('/')}{arm}/providers/microsoft.insights/metrics"
    for metric in access.request("GET", url, params=params).json().get("value") or ():
        for series in metric.get("timeseries") or ():
            dimensions = {
                str(one["name"]["value"]).lower(): str(one["value"])
                for one in series.get("metadatavalues") or ()
            }
            yield str(metric["name"]["value"]), dimensions, _values(series.get("data") or ())


def _values(points: Iterable[dict[str, Any]]) -> Series:
    """A minute of which Azure Monitor knows nothing has a time and no value."""
    found = {}
    for point in points:
        value = point.get("average")
        if isinstance(value, int | float) and math.isfinite(value):
            found[datetime.fromisoformat(point["timeStamp"])] = float(value)
    return found
