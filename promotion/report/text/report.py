"""The answers as text for people: what matters on top, then a part for each question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from promotion.report.figures import figure
from promotion.report.queries import Query, queries
from promotion.report.source import Row, Wanted
from promotion.report.text.blocks import Block, line
from promotion.report.text.columns import table
from promotion.report.text.layouts import layout_of
from promotion.report.text.overview import Answers, overview
from promotion.report.text.times import delays, outcomes
from promotion.report.text.words import NOTHING

_ROWS: Final = 12
"""So many rows of a question are shown where all questions are."""


@dataclass(frozen=True)
class Report:
    """What is told, and of what."""

    title: str
    """Of the source."""
    wanted: Wanted
    answers: Answers
    """By the names of the queries, in the order in which they are told."""
    now: datetime
    chosen: bool = False
    """Whether only these questions were asked: then every row is shown."""


def text(report: Report) -> Iterator[Block]:
    """Block by block."""
    yield line(_range(report), "strong")
    yield line(", ".join([report.title, *_only(report.wanted)]), "dim")
    if not any(report.answers.values()) and not report.chosen:
        yield line()
        yield line("No audit record tells of anything in that time.")
        return
    if not report.chosen:
        key_figures = overview(report.answers)
        if key_figures.entries:
            yield line()
            yield key_figures
    known = [(queries()[name], rows) for name, rows in report.answers.items()]
    for query, rows in known:
        if rows or report.chosen:
            yield line()
            yield from _part(report, query, rows)
    quiet = [_nothing(query) for query, rows in known if not rows and not report.chosen]
    if quiet:
        yield line()
        yield line(" ".join(quiet), "dim")


def _part(report: Report, query: Query, rows: list[Row]) -> Iterator[Block]:
    yield line(query.question, "strong")
    if not rows:
        yield line(_nothing(query))
        return
    if query.name == "promotions-by-outcome":
        yield from outcomes(rows)
    elif query.name == "intake-delay":
        yield from delays(query, rows)
    else:
        yield from _rows(report, query, rows)


def _rows(report: Report, query: Query, rows: list[Row]) -> Iterator[Block]:
    layout = layout_of(query)
    ordered = list(layout.order(rows))
    most = len(ordered) if report.chosen else _ROWS
    yield table(layout, ordered[:most])
    if len(ordered) > most:
        left = len(ordered) - most
        yield line(f"{left} more; --only {query.name} shows them all.", "dim")


def _nothing(query: Query) -> str:
    return NOTHING.get(query.name, f"{query.name}: nothing.")


def _range(report: Report) -> str:
    wanted = report.wanted
    until = figure(wanted.until or report.now, "datetime")
    if wanted.since:
        return f"Promotions from {figure(wanted.since, 'datetime')} to {until} UTC"
    return f"Promotions until {until} UTC"


def _only(wanted: Wanted) -> Sequence[str]:
    return [f"{name} {value}" for name, value in wanted.parameters.items() if value]
