"""What the resources in our Bicep files may have, as Azure's own type definitions have it.

Sources: https://github.com/Azure/bicep-types-az, types.md in generated/monitor/microsoft.insights/
2023-12-01 (rules on logs) and 2021-05-01-preview (diagnostic settings), and in
generated/applicationinsights/microsoft.insights/2023-06-01 (workbooks); of rules on metrics, the
models of azure-mgmt-monitor 7.0.0. Read-only properties and some that we never want are left out.

A name with ! is required. A value is what it may be: a tuple of texts, an object, a list of
objects, or None for whatever its author likes.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_OPERATORS: Final = ("Equals", "GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual")
_AGGREGATIONS: Final = ("Average", "Count", "Maximum", "Minimum", "Total")
_DIMENSION: Final = {"name!": None, "operator!": ("Include", "Exclude"), "values!": None}
SPANS: Final = {
    **{f"PT{minutes}M": minutes for minutes in (5, 10, 15, 30, 45)},
    **{f"PT{hours}H": hours * 60 for hours in (1, 2, 3, 4, 5, 6)},
    "P1D": 24 * 60,
    "P2D": 48 * 60,
}
"""How long a window, or the time between two looks, may be, in minutes (the latter not P2D):
the values that terraform's azurerm_monitor_scheduled_query_rules_alert_v2 allows."""
METRICS: Final = ("DeadLetteredCount", "DroppedEventCount", "DeliveryAttemptFailCount")
"""Of a system topic, with the dimension EventSubscriptionName, in Total:
https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-eventgrid-systemtopics-metrics
"""

_LOG_CONDITION: Final = {
    "query!": None,
    "timeAggregation!": _AGGREGATIONS,
    "metricMeasureColumn": None,
    "resourceIdColumn": None,
    "operator!": _OPERATORS,
    "threshold!": None,
    "dimensions": [_DIMENSION],
    "failingPeriods": {"numberOfEvaluationPeriods!": None, "minFailingPeriodsToAlert!": None},
}
_METRIC_CONDITION: Final = {
    "name!": None,
    "criterionType!": ("StaticThresholdCriterion",),
    "metricNamespace": ("Microsoft.EventGrid/systemTopics",),
    "metricName!": METRICS,
    "timeAggregation!": _AGGREGATIONS,
    "operator!": _OPERATORS,
    "threshold!": None,
    "dimensions": [_DIMENSION],
    "skipMetricValidation": None,
}
SHAPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "Microsoft.Insights/workbooks@2023-06-01": {
        "name!": None,
        "location!": None,
        "kind": ("shared",),
        "tags": None,
        "properties!": {
            "category!": None,
            "description": None,
            "displayName!": None,
            "serializedData!": None,
            "sourceId": None,
            "version": ("Notebook/1.0",),
        },
    },
    "Microsoft.Insights/scheduledQueryRules@2023-12-01": {
        "name!": None,
        "location!": None,
        "kind": ("LogAlert",),
        "tags": None,
        "properties!": {
            "displayName": None,
            "description": None,
            "enabled": None,
            "severity!": None,
            "scopes!": None,
            "evaluationFrequency!": tuple(span for span in SPANS if span != "P2D"),
            "windowSize!": tuple(SPANS),
            "overrideQueryTimeRange": tuple(SPANS),
            "muteActionsDuration": tuple(SPANS),
            "autoMitigate": None,
            "skipQueryValidation": None,
            "targetResourceTypes": None,
            "criteria!": {"allOf!": [_LOG_CONDITION]},
            "actions": {"actionGroups": None, "customProperties": None},
        },
    },
    "Microsoft.Insights/metricAlerts@2018-03-01": {
        "name!": None,
        "location!": ("global",),
        "tags": None,
        "properties!": {
            "description": None,
            "enabled!": None,
            "severity!": None,
            "scopes!": None,
            "evaluationFrequency!": ("PT1M", "PT5M", "PT15M", "PT30M", "PT1H"),
            "windowSize!": ("PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D"),
            "autoMitigate": None,
            "criteria!": {
                "odata.type!": ("Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",),
                "allOf!": [_METRIC_CONDITION],
            },
            "actions": [{"actionGroupId!": None}],
        },
    },
    "Microsoft.Insights/diagnosticSettings@2021-05-01-preview": {
        "name!": None,
        "scope": None,
        "properties!": {
            "workspaceId": None,
            "metrics": [{"category!": ("AllMetrics",), "enabled!": None}],
        },
    },
}


def faults(resource: Mapping[str, Any]) -> list[str]:
    """What Azure would not take of it."""
    kind = f"{resource['type']}@{resource['apiVersion']}"
    if kind not in SHAPES:
        return [f"{kind}: not known here"]
    body = {key: value for key, value in resource.items() if key not in ("type", "apiVersion")}
    return list(_faults(body, SHAPES[kind], resource["name"]))


def _faults(value: Any, shape: Any, where: str) -> Iterator[str]:
    match shape:
        case tuple():
            if value not in shape:
                yield f"{where}: {value}"
        case [one]:
            for number, item in enumerate(value):
                yield from _faults(item, one, f"{where}[{number}]")
        case {}:
            yield from _faults_of_object(value, shape, where)


def _faults_of_object(
    value: Mapping[str, Any], shape: Mapping[str, Any], where: str
) -> Iterator[str]:
    known = {key.removesuffix("!"): inner for key, inner in shape.items()}
    for key, inner in value.items():
        if key not in known:
            yield f"{where}.{key}: no such property"
        elif inner is not None:
            yield from _faults(inner, known[key], f"{where}.{key}")
    for key in shape:
        if key.endswith("!") and value.get(key[:-1]) is None:
            yield f"{where}.{key[:-1]}: missing"
