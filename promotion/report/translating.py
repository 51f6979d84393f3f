"""From Kusto's language to DuckDB's SQL, by duckdb-kql.

Translating a query takes longer than answering it, so it is done once, for all values of the
parameters: strings that nobody writes stand in for them, and become parameters of the SQL.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from promotion.report.queries import PARAMETERS, Query, queries

TABLE: Final = """(
    TimeGenerated TIMESTAMP, Name VARCHAR, Properties JSON, Measurements JSON,
    OperationId VARCHAR, AppRoleName VARCHAR, ItemCount INTEGER)"""
"""Columns of AppEvents, as far as audit records fill them. Source: the table's reference,
https://learn.microsoft.com/azure/azure-monitor/reference/tables/appevents."""
_ONE_BY_ONE: Final = threading.Lock()
"""So that nobody translates what somebody else is translating."""
_STAND_INS: Final = {name: f"={name}=" for name in PARAMETERS}


@dataclass(frozen=True)
class Translation:
    """A query in SQL."""

    sql: str
    moments: tuple[str, ...]
    """Parameters that are the time of asking."""


def in_sql(query: Query) -> Translation:
    """With ``$route``, ``$stage`` and ``$promotion`` for the query's own parameters."""
    with _ONE_BY_ONE:
        return _translated(query)


@cache
def _translated(query: Query) -> Translation:
    import duckdb_kql
    from duckdb_kql.engine import schema

    table = duckdb_kql.connect()
    table.sql(f"CREATE TABLE AppEvents{TABLE}")
    kql = query.asked_for(**_STAND_INS)
    found = duckdb_kql.to_sql(kql, schema=schema(table), query_now=datetime(2026, 1, 1, tzinfo=UTC))
    sql = str(found)
    for name, text in _STAND_INS.items():
        sql = sql.replace(f"'{text}'", f"${name}")
    return Translation(sql, tuple(found.parameters))


def translate(wanted: Iterable[Query] | None = None) -> None:
    """Translate them ahead, or all; an eighth of a second each."""
    for query in queries().values() if wanted is None else wanted:
        in_sql(query)
