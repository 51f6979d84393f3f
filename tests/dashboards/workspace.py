"""A Log Analytics workspace on this machine: the table AppEvents in DuckDB, asked in KQL."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import duckdb_kql
from duckdb_kql.engine import schema

from dashboards.queries import QUERIES

type Row = dict[str, Any]
"""A record in the shape of AppEvents; or a row of an answer, by its columns."""

ROWS: Final = Path(__file__).parent / "rows"
STORIES: Final = tuple(sorted(path.stem for path in ROWS.glob("*.jsonl")))
_LATER: Final = datetime(2100, 1, 1, tzinfo=UTC)
_REFERENCE: Final = Path(__file__).parents[2] / "docs/reference/audit.md"
_TABLE: Final = """CREATE TABLE AppEvents(
    TimeGenerated TIMESTAMP, Name VARCHAR, Properties JSON, Measurements JSON,
    OperationId VARCHAR, AppRoleName VARCHAR, ItemCount INTEGER)"""

_INSERT: Final = """INSERT INTO AppEvents
    SELECT CAST(one->>'TimeGenerated' AS TIMESTAMP), one->>'Name', one->'Properties',
        one->'Measurements', one->>'OperationId', one->>'AppRoleName', 1
    FROM (SELECT unnest(CAST(? AS JSON[])) AS one)"""


class Workspace:
    """What the records tell whoever asks."""

    def __init__(self, records: Iterable[Row], now: datetime = _LATER) -> None:
        """``now`` is when it is asked."""
        self._connection = duckdb_kql.connect()
        self._connection.sql(_TABLE)
        self._now = now.replace(tzinfo=None)
        self._connection.execute(_INSERT, [json.dumps(list(records))])

    def ask(self, name: str, **wanted: str) -> list[Row]:
        """The answer of that query, for that route, stage or promotion."""
        sql, parameters = _in_sql(QUERIES[name].asked_for(**wanted))
        answer = self._connection.execute(sql, dict.fromkeys(parameters, self._now))
        columns = [column[0] for column in answer.description]
        return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


@cache
def _in_sql(kql: str) -> tuple[str, tuple[str, ...]]:
    """With the names of what is the time of asking; translating takes longer than answering."""
    table = duckdb_kql.connect()
    table.sql(_TABLE)
    sql = duckdb_kql.to_sql(kql, schema=schema(table), query_now=datetime(2026, 1, 1, tzinfo=UTC))
    return str(sql), tuple(sql.parameters)


def recorded(story: str) -> list[Row]:
    """What the real service recorded in that story."""
    text = (ROWS / f"{story}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@cache
def all_recorded() -> tuple[Row, ...]:
    """What it recorded in all stories."""
    return tuple(row for story in STORIES for row in recorded(story))


@cache
def the_recorded_workspace() -> Workspace:
    """A workspace with all stories."""
    return Workspace(all_recorded())


def documented() -> set[str]:
    """Every kind of record that the reference has."""
    text = _REFERENCE.read_text(encoding="utf-8")
    table = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `promotion.")]
    return {name for cell in table for name in re.findall(r"`(promotion\.\w+)`", cell)}
