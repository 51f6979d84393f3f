"""What several commands are given, and how they say what is wrong with it."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import typer

from promotion.core.errors import PromotionError
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.mistakes import PolicyInvalid
from promotion.core.references import WorkspaceRef
from promotion.settings import SettingInvalid

MISTAKES = (OSError, PolicyInvalid, PromotionError, SettingInvalid)
"""What goes wrong for reasons that the person at the keyboard can do something about."""


def told(error: Exception, policy: str) -> str:
    """One of ``MISTAKES`` as that person reads it."""
    if isinstance(error, PromotionError):
        return str(error.failure)
    if isinstance(error, OSError):
        return f"{policy} cannot be read: {error.strerror or error}"
    return str(error)


def source_named(document: PolicyDocument, name: str | None) -> WorkspaceRef:
    """The workspace of that name, or the only one that routes take models from."""
    policy = document.policy
    sources = sorted({name for route in policy.routes.values() for name in route.sources})
    if name is None and len(sources) == 1:
        name = sources[0]
    if name not in policy.workspaces:
        known = ", ".join(sorted(policy.workspaces))
        what = f"{name!r} is not in the policy" if name else f"routes start in {', '.join(sources)}"
        raise typer.BadParameter(f"{what}; name one of {known}.", param_hint="--workspace")
    return policy.workspaces[name]


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
