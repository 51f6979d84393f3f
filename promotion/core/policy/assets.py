"""Where the files of a stage name environments, data, components and code."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from promotion.core.assets import (
    Asset,
    InlineEnvironment,
    NotShareable,
    Use,
    read_reference,
    workspace_in,
)
from promotion.core.policy.kubernetes import on_kubernetes
from promotion.core.policy.places import Location, found_at
from promotion.core.references import WorkspaceRef

SHARED_BY_DEFAULT: Final = {"online": True, "batch": True, "job": False}
"""The ways whose files may name assets, and whether these go along unless the policy says so."""

_FILE_FIELD: Final = {"online": "deployment", "batch": "deployment", "job": "file"}

_PLACES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("environment", ("environment",)),
    ("environment", ("jobs", "*", "environment")),
    ("data", ("inputs", "*")),
    ("data", ("jobs", "*", "inputs", "*")),
    ("component", ("component",)),
    ("component", ("jobs", "*", "component")),
    ("code", ("code_configuration", "code")),
    ("code", ("code",)),
    ("code", ("jobs", "*", "code")),
)
"""Environments first: what is shared is shared in this order. Where a file says what Azure writes
(``data_collector``, ``outputs``) is not among them: those are of the stage's own workspace."""

_MAX_CHARACTERS: Final = 64 * 1024
"""An environment that travels with the plan, beside the file in which it stands."""

_CONTENT: Final = ("image", "conda_file", "inference_config", "os_type")
"""What an environment is made of; its name, tags and description change nothing."""


def named_assets(text: str, path: str) -> tuple[Use, ...]:
    """What the file ``path`` with that ``text`` names of the source workspace, in order."""
    return tuple(found for _, found in _found(text, path) if isinstance(found, Use))


def unshareable_assets(plain: Any, files: Mapping[str, str]) -> Iterator[tuple[Location, str]]:
    """Every file of the policy ``plain`` that names what cannot go along, and why.

    ``plain`` may be invalid elsewhere; ``files`` are those that were read. What is wrong with a
    file is said once, however many stages name it.
    """
    told: set[str] = set()
    for way, shared in SHARED_BY_DEFAULT.items():
        for at, section in found_at(plain, "routes", "*", "stages", "*", way):
            file = section.get(_FILE_FIELD[way]) if isinstance(section, dict) else None
            if not isinstance(file, str) or file not in files or not _shares(section, shared):
                continue
            if on_kubernetes(files[file]):  # takes environments of its own workspace only
                continue
            for what in _wrong(files[file], file, _workspace_of(plain, at)):
                if what not in told:
                    told.add(what)
                    yield (*at, _FILE_FIELD[way]), what


def _shares(section: dict[str, Any], default: bool) -> bool:
    return bool(section.get("assets", "share" if default else "target") == "share")


def _wrong(text: str, path: str, workspace: WorkspaceRef | None) -> Iterator[str]:
    for field, found in _found(text, path, workspace):
        if isinstance(found, str):
            yield f"{path}: {field}: {found}"


def _found(
    text: str, path: str, workspace: WorkspaceRef | None = None
) -> Iterator[tuple[str, Use | str]]:
    """By field, what is to be shared, or why it cannot be."""
    loaded = _loaded(text)
    for kind, place in _PLACES:
        for at, stated in found_at(loaded, *place):
            inside, written = _of_input(stated) if kind == "data" else ((), stated)
            field = ".".join(map(str, (*at, *inside)))
            try:
                what = _what(kind, written, path, workspace)
            except NotShareable as error:
                yield field, str(error)
            else:
                if what is not None:
                    yield field, Use(field=field, what=what)


def _of_input(stated: Any) -> tuple[tuple[str, ...], Any]:
    """Where the input of a job says what it is, and what it says; models are no data."""
    if not isinstance(stated, dict):
        return (), stated
    is_model = str(stated.get("type")).endswith("_model")
    return ("path",), None if is_model else stated.get("path")


def _what(
    kind: str, written: Any, path: str, workspace: WorkspaceRef | None
) -> Asset | InlineEnvironment | None:
    if isinstance(written, str):
        if workspace is not None:
            _must_be_in(workspace, written)
        return read_reference(kind, written)
    if kind == "environment" and isinstance(written, dict):
        return _inline(written, path)
    return None


def _inline(written: dict[str, Any], path: str) -> InlineEnvironment:
    if written.get("build") is not None:
        raise NotShareable(
            "an environment that is built from a folder cannot be registered in the registry by "
            "this service; register it in the source workspace and name it, such as "
            "azureml:my-environment:3, or write assets: target to have it built at each stage"
        )
    content = {part: written[part] for part in _CONTENT if written.get(part) is not None}
    return InlineEnvironment(definition=_as_json(content), path=path)


def _as_json(content: dict[str, Any]) -> str:
    """Piece by piece: aliases of aliases can be larger than any memory."""
    encoder = json.JSONEncoder(sort_keys=True, skipkeys=True, default=str)
    text = ""
    try:
        for piece in encoder.iterencode(content):
            text += piece
            if len(text) > _MAX_CHARACTERS:
                raise NotShareable(f"larger than {_MAX_CHARACTERS // 1024} KB")
    except (TypeError, ValueError, RecursionError):
        raise NotShareable("no plain data: it contains itself, or its keys are no texts") from None
    return text


def _must_be_in(workspace: WorkspaceRef, written: str) -> None:
    named = workspace_in(written)
    if named is not None and not workspace.is_same(named[0]):
        other = named[0].rpartition("/")[2]
        raise NotShareable(
            f"this id is of the workspace {other}, from which {workspace.name} cannot take it; to "
            f"have it go along with the model, name it azureml:{named[1]}:{named[2]}"
        )


def _workspace_of(plain: Any, at: Location) -> WorkspaceRef | None:
    """The workspace of the stage that ``at`` is in, as far as the policy is valid there."""
    stage = plain["routes"][at[1]]["stages"][at[3]]
    try:
        return WorkspaceRef.model_validate(plain["workspaces"][stage["workspace"]])
    except (KeyError, TypeError, ValidationError):
        return None


def _loaded(text: str) -> Any:
    """The YAML in ``text``; None if it is none, which is told elsewhere."""
    try:
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, TypeError, AttributeError, RecursionError):
        return None
