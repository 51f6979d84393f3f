"""Brings environments and data that deployments name into a registry, without waiting for it.

As with models (docs/decisions/0002-copy-without-share.md) it makes the request that the SDK's
``share`` makes; contract tests hold the two side by side. What is checked of a version that the
registry has already is told in docs/decisions/0013-assets-along-with-the-model.md.
"""

from collections.abc import Iterable
from typing import Any, Final, Literal, cast
from urllib.parse import quote

from promotion.azureml import access, environments, imports
from promotion.azureml.environments import content_of, differences
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.imports import Import
from promotion.azureml.reading import mapping
from promotion.core.assets import AnyAsset, Asset, InlineEnvironment
from promotion.core.errors import Terminal
from promotion.core.references import WorkspaceRef
from promotion.core.value import Value

_API: Final = "2023-08-01-preview"


class Wanted(Value):
    """An asset that the registry is to have, as it is to be there."""

    plural: Literal["environments", "data"]
    name: str
    version: str
    properties: dict[str, Any]
    """Those of the source workspace's version, or of a new one."""


def read_wanted(source: WorkspaceRef, what: AnyAsset) -> Wanted:
    """What ``what`` is; Terminal when the source workspace has no such asset."""
    if isinstance(what, InlineEnvironment):
        properties = environments.properties_of(what)
        name = environments.name_of(content_of(properties))
        return Wanted(plural="environments", name=name, version="1", properties=properties)
    properties = _read(source, what)
    if properties.get("isAnonymous") and what.kind == "environment":
        # All of them have one name in all workspaces, so they would meet in the registry. Their
        # versions are made from their content.
        name = environments.name_of(content_of(properties), what.version)
        return Wanted(plural="environments", name=name, version="1", properties=properties)
    version = what.version_in_registry(source)
    plural = cast("Literal['environments', 'data']", what.plural)
    return Wanted(plural=plural, name=what.name, version=version, properties=properties)


def find_shared(wanted: Wanted, registry: str) -> str | None:
    """What deployments call the asset in ``registry``; None when it is not there yet.

    Raises Terminal when the registry has something else of that name and version.
    """
    named = f"{wanted.name}:{wanted.version}"
    with azure_errors(f"look for {named} in the registry {registry}", Role.SHARE):
        found = imports.find_version(registry, wanted.plural, wanted.name, wanted.version)
    if found is None:
        return None
    differs = _differing(wanted, mapping(found.get("properties")))
    if differs:
        raise Terminal(
            f"The registry {registry} already has {_singular(wanted.plural)} {named}, and its "
            f"{differs} differs from what the source workspace has.",
            remedy="Register it again in the source workspace, as a version that is free in the "
            "registry, and name that version in the deployment file.",
            code="OriginMismatch",
        )
    return (
        f"azureml://registries/{registry}/{wanted.plural}/{wanted.name}/versions/{wanted.version}"
    )


def start_sharing(source: WorkspaceRef, what: AnyAsset, wanted: Wanted, registry: str) -> Import:
    """Ask the registry to import it or, if no workspace has it under a name, to create it."""
    with azure_errors(f"share {what} with the registry {registry}", Role.SHARE):
        if isinstance(what, InlineEnvironment):
            return imports.start_creation(
                registry, wanted.plural, wanted.name, wanted.version, wanted.properties
            )
        workspace = imports.read_workspace(source)
        wanted_id = imports.source_id(workspace, wanted.plural, what.name, what.version)
        return imports.start_import(registry, wanted_id, wanted.name, wanted.version)


def look_at_sharing(operation: str, what: AnyAsset, registry: str) -> bool:
    """Whether it has ended well; Terminal with Azure's message when it failed."""
    doing = f"share {what} with the registry {registry}"
    with azure_errors(doing, Role.SHARE):
        return imports.look_at_operation(operation, doing)


def missing(source: WorkspaceRef, whats: Iterable[AnyAsset]) -> tuple[str, ...]:
    """Why those that cannot be shared cannot be, as far as it can be told before anything is done.

    What a file describes is not looked at: ``policy check`` does that.
    """
    found = []
    for what in whats:
        try:
            if isinstance(what, Asset):
                _read(source, what)
        except Terminal as error:
            found.append(str(error.failure))
    return tuple(found)


def _read(source: WorkspaceRef, what: Asset) -> dict[str, Any]:
    from azure.core.exceptions import ResourceNotFoundError

    with azure_errors(f"read {what} in {source.name}", Role.READ_SOURCE):
        path = f"{source.arm_id.lstrip('/')}/{what.plural}/{quote(what.name)}"
        url = f"{access.resource_manager()}{path}/versions/{quote(what.version)}"
        try:
            found = access.request("GET", url, params={"api-version": _API}).json()
        except ResourceNotFoundError:
            raise Terminal(
                f"There is no {what} in the workspace {source.name}, and a deployment file of "
                "this route names it.",
                remedy=f"Register it in {source.name}, or write assets: target at the stage if "
                "the workspace of the stage has it.",
                code="AssetNotFound",
            ) from None
        return mapping(found.get("properties"))


def _differing(wanted: Wanted, found: dict[str, Any]) -> str:
    if wanted.plural == "environments":
        return differences(content_of(wanted.properties), content_of(found))
    # A version that is made from its origin came from there; its type is all that can differ.
    same = wanted.properties.get("dataType") == found.get("dataType")
    return "" if same else "type"


def _singular(plural: str) -> str:
    return "the environment" if plural == "environments" else "data"
