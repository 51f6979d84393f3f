"""Copies exactly one model version into a registry, without waiting for the copy.

``MLClient.models.share`` waits until the copy has ended, which may take longer than a function
may run, and is not safe beside other threads. So this module makes the request that ``share``
makes, on azure-core's public pipeline; a contract test holds the two side by side.
See docs/decisions/0002-copy-without-share.md.
"""

import re
from typing import Any, Final

from promotion.azureml import imports
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.imports import Import
from promotion.core.errors import Terminal
from promotion.core.references import ModelVersion, WorkspaceRef

_ORIGIN: Final = re.compile(
    r"azureml://locations/[^/]+/workspaces/(?P<workspace>[^/]+)"
    r"/models/(?P<name>[^/]+)/versions/(?P<version>[^/]+)",
    re.IGNORECASE,
)


def find_copy(source: WorkspaceRef, model: ModelVersion, registry: str) -> str | None:
    """Asset id of the copy of ``model`` in ``registry``, None when there is no such version.

    Raises Terminal when the registry has this version from somewhere else: it would be served in
    the place of the one that passed.
    """
    with azure_errors(f"look for {model} in the registry {registry}", Role.SHARE):
        found = read_copy(model, registry)
        if found is None:
            return None
        origin = found.get("originAssetId")
        guid = imports.read_workspace(source)["properties"]["workspaceId"]
        if not _is_origin(origin, guid, model):
            raise Terminal(
                f"The registry {registry} already has {model}, "
                f"but it came from {origin or 'elsewhere'}, not from {source.name}.",
                remedy="Register the model again, so that it gets a version that is free there.",
                code="OriginMismatch",
            )
    return model.in_registry(registry)


def read_copy(model: ModelVersion, registry: str) -> dict[str, Any] | None:
    """The properties of ``model`` as the registry has them; None when there is no such version."""
    found = imports.find_version(registry, "models", model.name, model.version)
    if found is None:
        return None
    properties: dict[str, Any] = found["properties"]
    return properties


def start_import(source: WorkspaceRef, model: ModelVersion, registry: str) -> Import:
    """Ask the registry to import ``model``; an import that somebody else started is as good."""
    with azure_errors(f"copy {model} to the registry {registry}", Role.SHARE):
        workspace = imports.read_workspace(source)
        wanted = imports.source_id(workspace, "models", model.name, model.version)
        return imports.start_import(registry, wanted, model.name, model.version)


def look_at_import(operation: str, model: ModelVersion, registry: str) -> bool:
    """Whether the import has ended well; Terminal with Azure's message when it failed."""
    doing = f"copy {model} to the registry {registry}"
    with azure_errors(doing, Role.SHARE):
        return imports.look_at_operation(operation, doing)


def _is_origin(origin: str | None, workspace_guid: str, model: ModelVersion) -> bool:
    """Whether ``origin`` names ``model`` in that workspace; regions are spelled in many ways."""
    match = _ORIGIN.fullmatch(origin or "")
    return match is not None and (
        match["workspace"].lower(),
        match["name"],
        match["version"],
    ) == (workspace_guid.lower(), model.name, model.version)
