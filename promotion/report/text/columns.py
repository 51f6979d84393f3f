"""Columns of tables, and the table that they make of an answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from promotion.report.figures import figure
from promotion.report.queries import Unit
from promotion.report.source import Row
from promotion.report.text.blocks import Bar, Cell, Entry, Heading, Table
from promotion.report.text.charts import bar, largest
from promotion.report.text.words import in_words, texts, toned

type Rows = list[Row]
_RIGHT: Final = ("count", "percent", "seconds")


@dataclass(frozen=True)
class Shown:
    """A column of a table."""

    heading: str
    cell: Callable[[Row], Cell]
    right: bool = False
    whole: bool = False


def value(name: str, unit: Unit, heading: str = "") -> Shown:
    """A column of the answer, as it is."""
    return Shown(
        heading or in_words(name).upper(),
        lambda row: Cell(figure(row.get(name), unit)),
        right=unit in _RIGHT,
        whole=unit != "text",
    )


def outcome(name: str, heading: str) -> Shown:
    """The same of something that is good or bad."""
    return Shown(heading, lambda row: toned(row.get(name)))


@dataclass(frozen=True)
class Layout:
    """The table of one question."""

    columns: tuple[Shown, ...]
    below: tuple[str, ...] = ()
    """Columns of longer texts, which stand under the row."""
    bars: tuple[str, ...] = ()
    """A column to draw, and one that it goes on to in a lighter shade."""
    order: Callable[[Rows], Iterable[Row]] = iter


def table(layout: Layout, rows: Rows) -> Table:
    """The rows as a table; a column without any text is left out."""
    kept = [one for one in layout.columns if any(one.cell(row).text for row in rows)]
    headings = tuple(Heading(one.heading, one.right, one.whole) for one in kept)
    most = largest(row.get(name) for row in rows for name in layout.bars)
    entries = []
    for row in rows:
        cells: tuple[Cell | Bar, ...] = tuple(one.cell(row) for one in kept)
        if layout.bars:
            ends = [row.get(name) for name in layout.bars]
            cells = (*cells, bar(ends[0], most, "", *ends[1:]))
        entries.append(Entry(cells, texts(row, *layout.below)))
    return Table((*headings, Heading("")) if layout.bars else headings, tuple(entries))
