"""How commands print: tables and colours for a terminal, plain lines for everything else.

Names, tags and reasons are written by others: whatever they are, they end up as text.
"""

import os
import sys
from typing import TYPE_CHECKING, Final

import typer

from promotion.cli.exits import Failed
from promotion.cli.printable import in_json, printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

_WIDE: Final = 10_000
"""Columns where nobody folds lines: a program reads one thing on one line."""


def a_console(*, stderr: bool = False) -> "Console":
    """Where people read; rich heeds NO_COLOR, COLUMNS and TERM by itself."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    folded = stream.isatty() or "COLUMNS" in os.environ
    return Console(
        stderr=stderr,
        width=None if folded else _WIDE,
        highlight=False,
        markup=False,
        emoji=False,
    )


def line_width() -> int | None:
    """Characters of a line where people read; None where nobody folds lines."""
    width = a_console().width
    return width if width < _WIDE else None


def show(*shown: "RenderableType") -> None:
    """Print each of them."""
    console = a_console()
    if console.is_terminal:
        for one in shown:
            console.print(one)
        return
    with console.capture() as captured:
        for one in shown:
            console.print(one)
    # Again, line by line: a fold may have put at its start what a pipeline takes for a command.
    lines = (line.rstrip() for line in captured.get().splitlines())
    typer.echo(printable(lines))


def safe(text: object, style: str = "") -> "Text":
    """Somebody's text, of which nothing is a command to a terminal, to a pipeline or to rich."""
    from rich.text import Text

    return Text(plain(text), style=style)


def plain(text: object) -> str:
    """The same for a line of text without a style."""
    return printable([str(text)])


def echo_json(text: str) -> None:
    """Print what the service, or a command, tells scripts."""
    knows_all = (getattr(sys.stdout, "encoding", None) or "").lower().startswith("utf")
    typer.echo(in_json(text, ascii_only=not knows_all))


def told(failed: Failed) -> None:
    """Say on standard error what went wrong, and what to do."""
    for line in filter(None, (failed.detail, failed.remedy)):
        typer.echo(plain(line), err=True)
