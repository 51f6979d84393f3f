"""Answers that have a row for each day: few days as a table, many as small columns."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from promotion.report.figures import day, figure
from promotion.report.queries import Query
from promotion.report.source import Row
from promotion.report.text.blocks import Bar, Block, Cell, Entry, Heading, Table
from promotion.report.text.charts import largest, line_of, moments, stacked
from promotion.report.text.columns import Rows, table
from promotion.report.text.layouts import layout_of
from promotion.report.text.words import in_words, tone, toned

_FEW: Final = 7
"""So many days are a table."""
_COLUMNS: Final = 4
"""So many outcomes have room beside each other."""
_ORDER: Final = (
    *("succeeded", "under_way", "rejected", "failed", "rolled_back", "rolled_back_later"),
    *("cancelled", "superseded"),
)


def outcomes(rows: Rows) -> Iterator[Block]:
    """How promotions ended, day by day."""
    names = sorted({row["outcome"] for row in rows}, key=_rank)
    counts = {
        name: {row["day"]: row["promotions"] for row in rows if row["outcome"] == name}
        for name in names
    }
    over = _days(rows)
    few = len(over) <= _FEW and len(names) <= _COLUMNS
    yield _by_day(counts, over) if few else _by_outcome(counts, over)


def delays(query: Query, rows: Rows) -> Iterator[Block]:
    """Percentiles, day by day."""
    over = _days(rows)
    if len(over) <= _FEW:
        yield table(layout_of(query), rows)
        return
    entries = []
    for name, words in (("p50_s", "half in"), ("p95_s", "95 % in"), ("longest_s", "longest")):
        values = {row["day"]: row[name] for row in rows if row.get(name) is not None}
        drawn = line_of(values, over, adds=False)
        worst = figure(largest(values.values()), "seconds")
        latest = figure(values[max(values)], "seconds") if values else ""
        entries.append(Entry((Cell(words), Cell(latest), Cell(worst), Cell(drawn))))
    headings = (Heading(""), Heading("LATEST", True), Heading("WORST", True), _range(over))
    yield Table(headings, tuple(entries))


def _by_day(counts: dict[str, dict[datetime, int]], over: list[datetime]) -> Table:
    sums = {at: sum(each.get(at, 0) for each in counts.values()) for at in over}
    most = largest(sums.values())
    entries = []
    for at in over:
        numbers = [(each.get(at, 0), tone(name)) for name, each in counts.items()]
        cells = (Cell(f"{count:,}" if count else "", how) for count, how in numbers)
        drawn: Bar = stacked(numbers, most)
        entries.append(Entry((Cell(day(at)), *cells, Cell(f"{sums[at]:,}", "strong"), drawn)))
    headings = [Heading(in_words(name).upper(), right=True) for name in counts]
    return Table(
        (Heading("DAY", whole=True), *headings, Heading("ALL", right=True), Heading("")),
        tuple(entries),
    )


def _by_outcome(counts: dict[str, dict[datetime, int]], over: list[datetime]) -> Table:
    sums = {name: sum(each.values()) for name, each in counts.items()}
    most = largest(sums.values())
    entries = []
    for name, each in counts.items():
        days = Cell(line_of(each, over, adds=True), tone(name))
        drawn = stacked([(sums[name], tone(name))], most)
        entries.append(Entry((toned(name), Cell(f"{sums[name]:,}"), days, drawn)))
    headings = (Heading("OUTCOME"), Heading("ALL", right=True), _range(over), Heading(""))
    return Table(headings, tuple(entries))


def _days(rows: list[Row]) -> list[datetime]:
    found = [row["day"] for row in rows]
    return moments(min(found), max(found), timedelta(days=1))


def _range(over: list[datetime]) -> Heading:
    first, last = day(over[0]), day(over[-1])
    return Heading(first if first == last else f"{first} TO {last}", whole=True)


def _rank(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)
