"""Draws the blocks of a report as wide as the terminal is; on one line each for programs."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from promotion.cli.printing import safe
from promotion.report.text.blocks import Bar, Block, Cell, Entry, Line, Table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

_STYLES: Final = {"good": "green", "bad": "red", "wait": "yellow", "dim": "dim", "strong": "bold"}
_GAP: Final = 2
_LEAST: Final = 8
"""Characters of a column that is made narrower."""
_BAR: Final = (6, 30)
"""Characters of the longest bar, at least and at most."""
_PARTS: Final = "▏▎▍▌▋▊▉"
_ASCII: Final = str.maketrans(
    dict(zip("▁▂▃▄▅▆▇█░·…", "1234567#-..", strict=True)) | dict.fromkeys(_PARTS, "")
)
"""For outputs that know no more."""


def drawn(blocks: Iterable[Block], width: int | None) -> "Iterator[RenderableType]":
    """Part by part, for ``printing.show``; ``width`` is None where nobody folds lines."""
    from rich.padding import Padding
    from rich.text import Text

    for block in blocks:
        if isinstance(block, Line):
            text = Text().join(_text(cell) for cell in block.cells)
            yield Padding(text, (0, 0, 0, 2), expand=False) if block.indented else text
        else:
            yield from _table(block, width)


def _table(table: Table, width: int | None) -> "Iterator[RenderableType]":
    from rich.padding import Padding

    widths = _widths(table, width)
    heading = Entry(tuple(Cell(one.text, "strong") for one in table.headings))
    if any(one.text for one in table.headings):
        yield _row(table, heading, widths)
    for entry in table.entries:
        if width is None and entry.below:
            yield _row(table, entry, widths, "  ".join(entry.below))
            continue
        yield _row(table, entry, widths)
        for number, text in enumerate(entry.below):
            yield Padding(_text(Cell(text, "dim" if number else "")), (0, 0, 0, 4), expand=False)


def _row(table: Table, entry: Entry, widths: Sequence[int], more: str = "") -> "RenderableType":
    from rich.table import Table as Grid

    grid = Grid.grid(padding=(0, _GAP, 0, 0), pad_edge=False)
    cells: list[Text] = []
    for heading, cell, width in zip(table.headings, entry.cells, widths, strict=True):
        if width:
            side = "right" if heading.right else "left"
            grid.add_column(width=width, justify=side, overflow="fold")  # type: ignore[arg-type]
            cells.append(_bar(cell, width) if isinstance(cell, Bar) else _text(cell))
    if more:
        grid.add_column(overflow="fold")
        cells.append(_text(Cell(more)))
    grid.add_row(*cells)
    return grid


def _widths(table: Table, width: int | None) -> list[int]:
    """Of each column; those that may be folded give way. A bar without room is left out."""
    from rich.cells import cell_len

    rows = [[one.text for one in table.headings]]
    rows += [[one.text if isinstance(one, Cell) else "" for one in e.cells] for e in table.entries]
    widths = [
        max(cell_len(safe(text).plain) for text in column) for column in zip(*rows, strict=True)
    ]
    bars = {n for e in table.entries for n, cell in enumerate(e.cells) if isinstance(cell, Bar)}
    if width is None:
        return [20 if number in bars else one for number, one in enumerate(widths)]
    foldable = [
        number
        for number, one in enumerate(table.headings)
        if not (one.right or one.whole or number in bars)
    ]
    room = width - _GAP * (len(widths) - 1)
    while sum(widths) > room and foldable:
        widest = max(foldable, key=lambda number: widths[number])
        if widths[widest] <= _LEAST:
            break
        widths[widest] -= 1
    for number in bars:
        left = min(room - sum(widths), _BAR[1])
        widths[number] = left if left >= _BAR[0] else 0
    return widths


def _text(cell: Cell) -> "Text":
    return safe(_known(cell.text), style=_STYLES.get(cell.tone, ""))


def _bar(bar: Bar, width: int) -> "Text":
    from rich.text import Text

    text, begun = Text(), 0.0
    for number, part in enumerate(bar.parts, 1):
        begin, begun = round(begun * width), begun + part.share
        full, eighths = divmod(round((begun * width - begin) * 8), 8)
        # Only the last part ends within a letter: the next one begins with a whole one.
        if number < len(bar.parts) or part.faint:
            full, eighths = round(begun * width) - begin, 0
        style = _STYLES.get(part.tone, "cyan")
        end = _PARTS[eighths - 1] if eighths else ""
        text.append(_known(("░" if part.faint else "█") * max(full, 0) + end), style=style)
    return text


def _known(text: str) -> str:
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower()
    return text if encoding.startswith("utf") else text.translate(_ASCII)
