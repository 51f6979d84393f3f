"""Audit records in DuckDB, in the shape of Log Analytics' table AppEvents."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from promotion.core.errors import Terminal
from promotion.report.queries import Query
from promotion.report.source import Row, Wanted, plain
from promotion.report.translating import TABLE, in_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_VIEW: Final = """CREATE VIEW AppEvents AS SELECT * FROM Recorded WHERE
    TimeGenerated >= coalesce(getvariable('since'), TIMESTAMP '-infinity') AND
    TimeGenerated < coalesce(getvariable('until'), TIMESTAMP 'infinity')"""
_INSERT: Final = """INSERT INTO Recorded
    SELECT TRY_CAST(one->>'TimeGenerated' AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS moment,
        one->>'Name', one->'Properties', one->'Measurements',
        one->>'OperationId', one->>'AppRoleName', 1
    FROM (SELECT CASE WHEN json_valid(line) THEN CAST(line AS JSON) END AS one
        FROM (SELECT unnest(CAST(? AS VARCHAR[])) AS line))
    WHERE isfinite(moment) AND json_type(one, '$.Name') = 'VARCHAR'"""


class Records:
    """Takes records and answers queries; from several threads at once, if need be."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        """Of records in JSON, a line each."""
        import duckdb_kql

        self._database: DuckDBPyConnection = duckdb_kql.connect()
        self._database.sql("SET GLOBAL TimeZone = 'UTC'")
        self._database.sql(f"CREATE TABLE Recorded{TABLE}")
        self._database.sql(_VIEW)
        self.take(lines)

    def take(self, lines: Iterable[str]) -> int:
        """Add those; how many lines are no records, and were left out."""
        given = [line for line in lines if line.strip()]
        if not given:
            return 0
        with self._database.cursor() as cursor:
            taken = cursor.execute(_INSERT, [given]).fetchone()
        return len(given) - (taken[0] if taken else 0)

    def ask(self, query: Query, wanted: Wanted, now: datetime | None = None) -> list[Row]:
        """The answer; ``now`` is the moment of asking, for queries about the present.

        Raises Terminal when a record makes that impossible.
        """
        import duckdb

        found = in_sql(query)
        given: dict[str, Any] = dict(wanted.parameters)
        given |= dict.fromkeys(found.moments, _naive(now or datetime.now(UTC)))
        with self._database.cursor() as cursor:
            for name, moment in (("since", wanted.since), ("until", wanted.until)):
                cursor.execute(f"SET VARIABLE {name} = CAST(? AS TIMESTAMP)", [_naive(moment)])
            try:
                answer = cursor.execute(found.sql, given)
                columns = [column[0] for column in answer.description]
                rows = answer.fetchall()
            except duckdb.Error as error:
                raise Terminal(
                    f"The records cannot answer {query.name}: {type(error).__name__}.",
                    remedy="A record has a value that no service of this kind writes. A shorter "
                    "time may leave it out.",
                    code="AuditFile",
                ) from error
        return [{name: plain(one) for name, one in zip(columns, row, strict=True)} for row in rows]


def _naive(moment: datetime | None) -> datetime | None:
    """As DuckDB's TIMESTAMP has it, in UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None
