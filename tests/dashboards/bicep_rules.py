"""What the Bicep files deploy, and what an alert rule on logs would do, asked on this machine.

Run as a program it prints the workbook, for the workspace that is named.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import duckdb_kql
from dashboards.bicep_files import FOLDER, deploy
from dashboards.bicep_shapes import SPANS
from duckdb_kql.engine import schema

from promotion.report.source import plain

type Row = Mapping[str, Any]

WORKSPACE: Final = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.OperationalInsights/w"
TOPIC: Final = "/subscriptions/0/resourceGroups/rg-dev/providers/Microsoft.EventGrid/systemTopics/t"
COLUMNS: Final = {
    "AppEvents": {
        "TimeGenerated": "TIMESTAMP",
        "Name": "VARCHAR",
        "Properties": "JSON",
        "Measurements": "JSON",
        "AppRoleName": "VARCHAR",
    },
    "AzureMetrics": {
        "TimeGenerated": "TIMESTAMP",
        "MetricName": "VARCHAR",
        "Total": "DOUBLE",
        "_ResourceId": "VARCHAR",
    },
}
_AGGREGATIONS: Final = {"Count": len, "Maximum": max, "Total": sum}


def deployed(**given: Any) -> tuple[dict[str, Any], ...]:
    """All resources, for one topic and one action group."""
    usual = {"workspaceId": WORKSPACE, "systemTopicIds": [TOPIC], "actionGroupIds": ["team"]}
    return tuple(deploy(FOLDER / "main.bicep", **usual | given).resources)


def rules(kind: str = "scheduledQueryRules", **given: Any) -> dict[str, dict[str, Any]]:
    """The properties of the rules of that kind, by the name of the alert."""
    found = [one for one in deployed(**given) if one["type"] == f"Microsoft.Insights/{kind}"]
    return {
        one["name"].removeprefix("promotion-").removesuffix("-t"): one["properties"]
        for one in found
    }


def alerts(rule: Row, rows: Iterable[Row], now: datetime) -> list[dict[str, str]]:
    """The alerts that fire then, each by its dimensions; the rows are those of the workspace."""
    (condition,) = rule["criteria"]["allOf"]
    since = now - timedelta(minutes=SPANS[rule["windowSize"]])
    answer = ask(condition["query"], [row for row in rows if since < _time(row) <= now], now)
    split: dict[tuple[str, ...], list[Any]] = {}
    for row in answer:
        values = tuple(row[one["name"]] for one in condition["dimensions"])
        if all(
            one["values"] == ["*"] or value in one["values"]
            for one, value in zip(condition["dimensions"], values, strict=True)
        ):
            split.setdefault(values, []).append(row.get(condition["metricMeasureColumn"]))
    aggregate: Any = _AGGREGATIONS[condition["timeAggregation"]]
    names = [one["name"] for one in condition["dimensions"]]
    return [
        dict(zip(names, values, strict=True))
        for values, numbers in split.items()
        if aggregate(numbers) > condition["threshold"]
    ]


def ask(kql: str, rows: Iterable[Row], now: datetime) -> list[dict[str, Any]]:
    """The answer of a query; a row with a MetricName is one of AzureMetrics."""
    tables = duckdb_kql.connect()
    many = list(rows)
    for table, columns in COLUMNS.items():
        _fill(tables, table, columns, [row for row in many if _table(row) == table])
    moment = now.replace(tzinfo=None)
    sql = duckdb_kql.to_sql(kql, schema=schema(tables), query_now=now)
    answer = tables.execute(str(sql), dict.fromkeys(sql.parameters, moment))
    names = [column[0] for column in answer.description]
    return [dict(zip(names, map(plain, row), strict=True)) for row in answer.fetchall()]


def _fill(tables: Any, table: str, columns: Mapping[str, str], rows: list[Row]) -> None:
    tables.sql(f"CREATE TABLE {table}({', '.join(f'{k} {v}' for k, v in columns.items())})")
    for row in rows:
        values = [row.get(name) for name in columns]
        texts = [json.dumps(one) if isinstance(one, dict) else one for one in values]
        marks = ", ".join(
            "CAST(CAST(? AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP)"
            if kind == "TIMESTAMP"
            else f"CAST(? AS {kind})"
            for kind in columns.values()
        )
        tables.execute(f"INSERT INTO {table} VALUES ({marks})", texts)  # noqa: S608


def _table(row: Row) -> str:
    return "AzureMetrics" if "MetricName" in row else "AppEvents"


def _time(row: Row) -> datetime:
    return datetime.fromisoformat(row["TimeGenerated"])


if __name__ == "__main__":
    (_workbook,) = (it for it in deployed(workspaceId=sys.argv[1]) if "workbooks" in it["type"])
    _notebook = json.loads(_workbook["properties"]["serializedData"])
    sys.stdout.write(json.dumps(_notebook, indent=2, ensure_ascii=False) + "\n")
