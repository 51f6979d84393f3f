"""The table AppEvents, and what a query makes of it, as the API writes it."""

import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import duckdb_kql
from duckdb_kql.engine import schema

_COLUMNS: Final = """TimeGenerated TIMESTAMP, Name VARCHAR, Properties JSON, Measurements JSON,
    OperationId VARCHAR, AppRoleName VARCHAR, ItemCount INTEGER"""
_INSERT: Final = """INSERT INTO AppEvents
    SELECT CAST(one->>'TimeGenerated' AS TIMESTAMP), one->>'Name', one->'Properties',
        one->'Measurements', one->>'OperationId', one->>'AppRoleName', 1
    FROM (SELECT unnest(CAST(? AS JSON[])) AS one)
    WHERE CAST(one->>'TimeGenerated' AS TIMESTAMP) BETWEEN ? AND ?"""
_TYPES: Final = {
    "TIMESTAMP": "datetime",
    "VARCHAR": "string",
    "BIGINT": "long",
    "HUGEINT": "long",
    "INTEGER": "int",
    "DOUBLE": "real",
    "BOOLEAN": "bool",
    "JSON": "dynamic",
}
_NOT_IN_JSON: Final = {math.inf: "Infinity", -math.inf: "-Infinity"}


def answer(records: Iterable[dict[str, Any]], kql: str, timespan: str | None) -> dict[str, Any]:
    """The body of the answer. Raises duckdb_kql.errors.KqlError."""
    connection = duckdb_kql.connect()
    connection.sql(f"CREATE TABLE AppEvents({_COLUMNS})")
    connection.execute(_INSERT, [json.dumps(list(records)), *between(timespan)])
    now = datetime.now(UTC)
    sql = duckdb_kql.to_sql(kql, schema=schema(connection), query_now=now)
    found = connection.execute(str(sql), dict.fromkeys(sql.parameters, now.replace(tzinfo=None)))
    kinds = [_TYPES[str(column[1])] for column in found.description]
    names = [column[0] for column in found.description]
    rows = [[_cell(*pair) for pair in zip(row, kinds, strict=True)] for row in found.fetchall()]
    columns = [{"name": name, "type": kind} for name, kind in zip(names, kinds, strict=True)]
    return {"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]}


def between(timespan: str | None) -> tuple[datetime, datetime]:
    """An ISO 8601 interval or a duration until now; both ends count."""
    if not timespan:
        return datetime.min, datetime.max  # noqa: DTZ901  # DuckDB's have no zone
    start, _, end = timespan.partition("/")
    if not end:
        seconds = float(timespan.removeprefix("PT").removesuffix("S"))
        now = datetime.now(UTC).replace(tzinfo=None)
        return now - timedelta(seconds=seconds), now
    first, last = (datetime.fromisoformat(one).astimezone(UTC) for one in (start, end))
    return first.replace(tzinfo=None), last.replace(tzinfo=None)


def _cell(value: Any, kind: str) -> Any:
    if kind == "string":
        return value or ""  # Kusto's strings are empty where others are null
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S.%f}0Z"  # ticks of 100 ns
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else _NOT_IN_JSON.get(value, value)
    return value
