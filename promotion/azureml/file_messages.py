"""What azure-ai-ml says about a file that it cannot use, in one line for each mistake."""

import ast
import os.path
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

_ALTERNATIVES: Final = re.compile(r"In order to specify an existing ")
"""How the SDK's texts begin that explain what else a field could have been."""

_NOT_IN_SET: Final = re.compile(r"Value (.+) passed is not in set (\[.*\])")
_NO_FILE: Final = re.compile(
    r"(?:No such file or directory|Can't find directory or file in resolved absolute path): (.+)"
)
PATHS_BEGIN: Final = "paths begin in the folder of this file"


def of_fields(messages: Any, folder: Path) -> list[str]:
    """``field.inner: message`` for everything in marshmallow's nested messages.

    Paths are told from ``folder``. Sorted, because the SDK gives unknown fields in another order
    each time.
    """
    found = dict.fromkeys((field, _told(said, folder)) for field, said in _by_field(messages))
    found = dict.fromkeys((field, text) for field, text in found if text)
    kept = [pair for pair in found if not _is_of_another_form(pair, found)]
    return sorted(f"{field}: {text}" if field else text for field, text in kept)


def of_unreadable(error: Exception) -> str:
    """The SDK wraps the YAML reader's error, which alone says where."""
    mark = getattr(error.__cause__, "problem_mark", None)
    if mark is not None:
        problem = getattr(error.__cause__, "problem", None) or "unreadable"
        if problem.startswith("but "):
            problem = f"{getattr(error.__cause__, 'context', None) or ''}, {problem}".lstrip(", ")
        return f"not YAML: {problem} (line {mark.line + 1}, column {mark.column + 1})"
    if error.__cause__ is not None:
        return f"not YAML: {one_line(str(error.__cause__))}"
    text = str(error)
    if "Expect dict" in text:
        return "this file must be a mapping, with fields such as name"
    return "this file is empty" if "empty" in text else one_line(text)


def one_line(text: str) -> str:
    """``text`` without line ends, cut where it gets longer than a message should be."""
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:300]}…"


def _by_field(messages: Any, field: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            # _schema is the thing itself, and value is the SDK's name for what a key maps to.
            own = name == "_schema" or (name == "value" and isinstance(inner, dict | list))
            yield from _by_field(inner, field if own else _inside(field, name))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _by_field(inner, field)
    else:
        yield field, str(messages)


def _inside(field: str, name: object) -> str:
    return f"{field}.{name}" if field else str(name)


def _told(said: str, folder: Path) -> str:
    """The SDK's words without Python's notation and without this machine's folders."""
    if _ALTERNATIVES.match(said):
        return ""
    text = one_line(said).rstrip(".")
    if missing := _NO_FILE.fullmatch(text):
        # Relative paths have become absolute ones: undo that.
        path = Path(os.path.relpath(missing[1], folder.absolute())).as_posix()
        return f"there is no file {path}; {PATHS_BEGIN}"
    if given := _NOT_IN_SET.fullmatch(text):
        return f"{given[1]} is not one of {_spoken(given[2])}"
    return text[:1].lower() + text[1:]


def _spoken(listed: str) -> str:
    try:
        return ", ".join(map(str, ast.literal_eval(listed)))
    except (SyntaxError, TypeError, ValueError):
        return listed


def _is_of_another_form(pair: tuple[str, str], found: Iterable[tuple[str, str]]) -> bool:
    """Whether a message is about a form of the field that the file does not mean.

    The SDK tries every form that a field may have, and tells what is wrong with each.
    """
    field, text = pair
    others = [other for other in found if other != pair]
    if text == "not a valid URL":
        return any(other == field for other, _ in others)
    # An environment inside a deployment needs no name.
    inside = ("environment", "environment.")
    return pair == ("environment.name", "missing data for required field") and any(
        other == inside[0] or other.startswith(inside[1]) for other, _ in others
    )
