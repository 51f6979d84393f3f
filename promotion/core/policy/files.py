"""The files that a policy names: read once, and looked at as far as that needs no Azure."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from promotion.core.policy.places import Location, texts_at
from promotion.core.policy.ways import WAYS
from promotion.core.smoke import wrong_schema

type CheckFile = Callable[[str, str, str], Iterable[str]]
"""Called with a file's role (``endpoint``, ``batch deployment``, …), its path and its text; gives
what else is wrong with it."""

MAX_FILE_CHARACTERS = 256 * 1024
"""A file that travels with the plan."""
MAX_FILES_CHARACTERS = 1024 * 1024
"""All of them together. Durable messages may hold 4 MB, and JSON may double what it quotes."""

_STAGE = ("routes", "*", "stages", "*")
_ROLES: Final[dict[tuple[str, ...], str]] = {
    (*_STAGE, name, *place): role for name, way in WAYS.items() for place, role in way.files.items()
}
"""Where a policy names files, and what each is to be; ``*`` is any key or item."""

_ENDPOINT_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]")
"""Source: https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas#endpoint-limits"""
_NO_NAME = "an endpoint file needs a name of 3 to 32 letters, digits and hyphens, a letter first"


def named_files(plain: Any) -> Iterator[tuple[Location, str]]:
    """Every file that the policy names, with the place where it does.

    The policy comes as plain data, so that a mistake in it does not hide those in its files.
    """
    for place in _ROLES:
        yield from texts_at(plain, *place)


def read_files(
    named: Iterable[tuple[Location, str]],
    read_file: Callable[[str], str],
    check_file: CheckFile,
    mistakes: list[tuple[Location, str]],
) -> dict[str, str]:
    """Text by path of the files that can be used; what is wrong with others is a mistake."""
    files: dict[str, str] = {}
    checked: set[tuple[str, str]] = set()
    for at, path in named:
        text = _text(at, path, read_file, mistakes)
        if text is None:
            continue
        files[path] = text
        role = _role(at)
        # What is wrong inside a file is said once, however many stages name it.
        if (role, path) not in checked:
            checked.add((role, path))
            wrong = _wrong(role, path, text, check_file)
            mistakes += [(at, f"{path}: {what}") for what in wrong]
    if sum(map(len, files.values())) > MAX_FILES_CHARACTERS:
        limit = f"{MAX_FILES_CHARACTERS // 1024} KB"
        mistakes.append((("routes",), f"the files that the policy names are larger than {limit}"))
    return files


def endpoint_name(text: str) -> str:
    """The ``name`` in the Azure ML CLI v2 file ``text``, which has been found to have one."""
    return str(_loaded(text)["name"])


def inputs_of(text: str) -> dict[str, object] | None:
    """The inputs of the job in the Azure ML CLI v2 file ``text``; None if it cannot be read."""
    try:
        loaded = _loaded(text)
    except ValueError:
        return None
    if not isinstance(loaded, dict):
        return None
    found = loaded.get("inputs")
    return found if isinstance(found, dict) else {}


def first_line(error: BaseException) -> str:
    """The first line of the error's text, or its type if it says nothing."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _role(at: Location) -> str:
    place = ["*" if isinstance(part, int) else str(part) for part in at]
    return _ROLES[("routes", "*", *place[2:])]


def _text(
    at: Location,
    path: str,
    read_file: Callable[[str], str],
    mistakes: list[tuple[Location, str]],
) -> str | None:
    try:
        text = read_file(path)
    except OSError as error:
        mistakes.append((at, f"{path} cannot be read: {error.strerror or error}"))
    except UnicodeDecodeError:
        mistakes.append((at, f"{path} is not a text in UTF-8"))
    except ValueError as error:
        mistakes.append((at, f"{path}: {first_line(error)}"))
    else:
        if len(text) <= MAX_FILE_CHARACTERS:
            return text
        mistakes.append((at, f"{path}: larger than {MAX_FILE_CHARACTERS // 1024} KB"))
    return None


def _wrong(role: str, path: str, text: str, check_file: CheckFile) -> Iterator[str]:
    ours = _what_we_see(role, text)
    theirs = list(check_file(role, path, text))
    if ours == _NO_NAME:
        yield ours
        # Said with the rule, so not again without it.
        theirs = [wrong for wrong in theirs if not wrong.startswith("name: ")]
    elif ours and not theirs:
        yield ours
    yield from theirs


def _what_we_see(role: str, text: str) -> str | None:
    try:
        if role == "response":
            json.loads(text)
        elif role == "schema":
            return wrong_schema(text)
        elif role.endswith("endpoint") and not _has_name(_loaded(text)):
            return _NO_NAME
        elif role in ("job", "compute") and not isinstance(_loaded(text), dict):
            return "this file must be a mapping, with fields such as type"
    except (ValueError, RecursionError) as error:
        return first_line(error)
    return None


def _has_name(loaded: object) -> bool:
    name = loaded.get("name") if isinstance(loaded, dict) else None
    return isinstance(name, str) and _ENDPOINT_NAME.fullmatch(name) is not None


def _loaded(text: str) -> dict[str, object]:
    """The YAML in ``text``, whatever it is; ValueError when it is none."""
    try:
        loaded: dict[str, object] = YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        raise ValueError(f"not YAML: {error.problem or first_line(error)}{_place(error)}") from None
    except (YAMLError, TypeError, AttributeError) as error:
        raise ValueError(f"not YAML: {first_line(error)}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return loaded


def _place(error: MarkedYAMLError) -> str:
    mark = error.problem_mark
    return f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
