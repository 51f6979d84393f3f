"""The app settings that a person gives on the command line."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings", help='JSON whose "Values" fill ${NAME}, such as local.settings.json.'
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Fills ${NAME}; may be repeated."),
]


def given_settings(
    file: Path | None, assignments: Iterable[str], environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The environment, then the ``Values`` of ``file``, then ``NAME=VALUE``; the last one counts.

    Raises typer.BadParameter, which is told without a traceback.
    """
    settings = dict(environment)
    if file is not None:
        settings |= _values(file)
    for assignment in assignments:
        name, sign, value = assignment.partition("=")
        if not name or not sign:
            what = f"{assignment!r} is not an assignment; write NAME=VALUE."
            raise typer.BadParameter(what, param_hint="--set")
        settings[name] = value
    return settings


def _values(file: Path) -> dict[str, str]:
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise _refused(f"{file} cannot be read: {error.strerror or error}.") from None
    except ValueError as error:
        raise _refused(f"{file} is not JSON: {error}.") from None
    values = content.get("Values") if isinstance(content, dict) else None
    if not isinstance(values, dict):
        raise _refused(f'{file} has no "Values"; local.settings.sample.json shows how it looks.')
    if content.get("IsEncrypted"):
        raise _refused(f"{file} is encrypted; decrypt it with: func settings decrypt")
    return {name: str(value) for name, value in values.items()}


def _refused(what: str) -> typer.BadParameter:
    return typer.BadParameter(what, param_hint="--settings")
