"""Free text that is printed where pipelines and terminals listen for commands."""

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_COMMAND: Final = re.compile(r"##(?=vso\[|\[)|^(\s*)::", re.IGNORECASE)
"""How Azure Pipelines and GitHub Actions know a command in a log."""
_SECOND: Final = re.compile("#(?=#)")
"""A sign that another one follows; in JSON it only stands in texts."""


def printable(lines: Iterable[str]) -> str:
    """``lines`` as one text in which nothing but text is left.

    Tags and names are written by whoever registers a model. ``##vso[…]`` in one of them must not
    set a variable of the pipeline that prints it, nor an escape clear the terminal.
    """
    return "\n".join(_COMMAND.sub(_broken, _visible(line)) for line in lines)


def in_json(text: str, *, ascii_only: bool = False) -> str:
    """The same JSON, in which nothing is a command to a terminal or a pipeline.

    Nor anything but ASCII, if an output knows no more.
    """
    whole = _SECOND.sub(r"\\u0023", text)
    return "".join(
        _escaped(char) if char > "~" and (ascii_only or _is_strange(char)) else char
        for char in whole
    )


def _is_strange(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] == "C" or category in ("Zl", "Zp")


def _escaped(char: str) -> str:
    """As JSON escapes it: two surrogates, where it takes them."""
    return json.dumps(char)[1:-1] if char != "\x7f" else "\\u007f"


def _broken(command: re.Match[str]) -> str:
    return "# #" if command.group().startswith("##") else f"{command.group(1)}: :"


def _visible(line: str) -> str:
    return "".join(
        char if unicodedata.category(char)[0] != "C" else char.encode("unicode_escape").decode()
        for char in line
    )
