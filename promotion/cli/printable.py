"""Free text that is printed where pipelines and terminals listen for commands."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_COMMAND: Final = re.compile(r"##(?=vso\[|\[)|^(\s*)::", re.IGNORECASE)
"""How Azure Pipelines and GitHub Actions know a command in a log."""


def printable(lines: Iterable[str]) -> str:
    """``lines`` as one text in which nothing but text is left.

    Tags and names are written by whoever registers a model. ``##vso[…]`` in one of them must not
    set a variable of the pipeline that prints it, nor an escape clear the terminal.
    """
    return "\n".join(_COMMAND.sub(_broken, _visible(line)) for line in lines)


def _broken(command: re.Match[str]) -> str:
    return "# #" if command.group().startswith("##") else f"{command.group(1)}: :"


def _visible(line: str) -> str:
    return "".join(
        char if unicodedata.category(char)[0] != "C" else char.encode("unicode_escape").decode()
        for char in line
    )
