"""Lines for people: on a terminal they are folded below where their text begins."""

import textwrap

from rich.console import Console
from rich.text import Text

_LEAST = 20
"""Columns that a text gets, however narrow the terminal is."""


def short(console: Console, text: str) -> Text:
    """What stands beside a spinner: as much of the text as a line has room for."""
    told = Text(text, style="dim")
    told.truncate(max(console.width - 4, _LEAST), overflow="ellipsis")
    return told


def say(console: Console, start: str, text: str = "", style: str = "") -> None:
    """`text` after `start`; in a pipe on one line, so that programs find it there."""
    folded = [text]
    if console.is_terminal:
        width = max(console.width - len(start), _LEAST)
        folded = textwrap.wrap(text, width, break_on_hyphens=False) or [""]
    for number, line in enumerate(folded):
        margin = start if number == 0 else " " * len(start)
        console.print(Text(f"{margin}{line}".rstrip(), style=style), soft_wrap=True)
