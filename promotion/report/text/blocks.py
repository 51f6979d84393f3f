"""What a report in a terminal is made of; whoever prints it knows its width and its colours."""

from dataclasses import dataclass, field
from typing import Literal

type Tone = Literal["", "good", "bad", "wait", "dim", "strong"]
"""How something is meant; colours are the printer's."""


@dataclass(frozen=True)
class Cell:
    """A text, perhaps somebody's."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True)
class Part:
    """A piece of a bar."""

    share: float
    """Of the longest bar of the table: 0 to 1."""
    tone: Tone = ""
    faint: bool = False
    """Drawn lighter than the others, also without colours."""


@dataclass(frozen=True)
class Bar:
    """As wide as there is room for."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Heading:
    """Of a column."""

    text: str
    right: bool = False
    """Its cells end below each other, as numbers do."""
    whole: bool = False
    """Its cells are never folded."""


@dataclass(frozen=True)
class Entry:
    """A row, and texts about it that take more room."""

    cells: tuple[Cell | Bar, ...]
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Rows under headings."""

    headings: tuple[Heading, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Line:
    """One or more cells, one after the other."""

    cells: tuple[Cell, ...] = field(default=(Cell(""),))
    indented: bool = False


type Block = Table | Line


def line(text: str = "", tone: Tone = "", *, indented: bool = False) -> Line:
    """A line of one cell."""
    return Line((Cell(text, tone),), indented)
