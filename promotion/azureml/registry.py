"""Copies exactly one model version into a registry, without waiting for the copy.

``MLClient.models.share`` waits until the copy has ended, which may take longer than a function
may run, and is not safe beside other threads. So this module makes the request that ``share``
makes, on azure-core's public pipeline; a contract test holds the two side by side.
See docs/decisions/0002-copy-without-share.md.
"""

import re
from typing import Any, Final
from urllib.parse import quote

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors, message_of
from promotion.core.errors import Retryable, Terminal
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.core.value import Value

_REGISTRY_API: Final = "2021-10-01-dataplanepreview"
_WORKSPACE_API: Final = "2023-08-01-preview"
_ORIGIN: Final = re.compile(
    r"azureml://locations/[^/]+/workspaces/(?P<workspace>[^/]+)"
    r"/models/(?P<name>[^/]+)/versions/(?P<version>[^/]+)",
    re.IGNORECASE,
)


class Import(Value):
    """An import as it is now: under way, with the address to ask, or ended."""

    operation: str | None = None
    note: str | None = None
    """Why the registry did not take the request, if somebody else's import is under way."""


def find_copy(source: WorkspaceRef, model: ModelVersion, registry: str) -> str | None:
    """Asset id of the copy of ``model`` in ``registry``, None when there is no such version.

    Raises Terminal when the registry has this version from somewhere else: it would be served in
    the place of the one that passed.
    """
    from azure.core.exceptions import ResourceNotFoundError

    with azure_errors(f"look for {model} in the registry {registry}", Role.SHARE):
        url = f"{_base_url(registry)}/models/{quote(model.name)}/versions/{quote(model.version)}"
        try:
            found = access.request("GET", url, params={"api-version": _REGISTRY_API}).json()
        except ResourceNotFoundError:
            return None
        origin = found["properties"].get("originAssetId")
        if not _is_origin(origin, _workspace(source)["properties"]["workspaceId"], model):
            raise Terminal(
                f"The registry {registry} already has {model}, "
                f"but it came from {origin or 'elsewhere'}, not from {source.name}.",
                remedy="Register the model again, so that it gets a version that is free there.",
                code="OriginMismatch",
            )
    return model.in_registry(registry)


def start_import(source: WorkspaceRef, model: ModelVersion, registry: str) -> Import:
    """Ask the registry to import ``model``; an import that somebody else started is as good."""
    from azure.core.exceptions import ResourceExistsError

    with azure_errors(f"copy {model} to the registry {registry}", Role.SHARE):
        workspace = _workspace(source)
        try:
            answer = access.request(
                "POST",
                f"{_base_url(registry)}/import",
                params={"api-version": _REGISTRY_API},
                body={"properties": _reference(workspace, model)},
            )
        except ResourceExistsError as error:
            return Import(note=message_of(error.error, error.message))
        return Import(operation=answer.headers.get("Location"))


def look_at_import(operation: str, model: ModelVersion, registry: str) -> bool:
    """Whether the import has ended well; Terminal with Azure's message when it failed."""
    from azure.core.exceptions import ResourceNotFoundError

    with azure_errors(f"copy {model} to the registry {registry}", Role.SHARE):
        try:
            answer = access.request("GET", operation)
        except ResourceNotFoundError:
            return True  # Azure forgets operations that ended; the registry itself will tell
        if answer.status_code == 202:
            return False
        error = answer.json().get("error") if answer.content not in (b"", b"null") else None
        if error:
            raise Terminal(
                f"Could not copy {model} to the registry {registry}: {error.get('message')}",
                code=error.get("code"),
            )
    return True


def _reference(workspace: dict[str, Any], model: ModelVersion) -> dict[str, str]:
    guid = workspace["properties"]["workspaceId"]
    return {
        "referenceType": "Id",
        "destinationName": model.name,
        "destinationVersion": model.version,
        "sourceAssetId": f"azureml://locations/{workspace['location']}/workspaces/{guid}"
        f"/models/{model.name}/versions/{model.version}",
    }


def _workspace(source: WorkspaceRef) -> dict[str, Any]:
    url = access.resource_manager() + source.arm_id.lstrip("/")
    workspace: dict[str, Any] = access.request(
        "GET", url, params={"api-version": _WORKSPACE_API}
    ).json()
    return workspace


def _base_url(registry: str) -> str:
    """Where the registry answers: its region's own service, under its own subscription."""
    url = f"{access.registry_discovery()}registrymanagement/v1.0/registries/{quote(registry)}"
    found = access.request("GET", f"{url}/discovery", params={"api-version": "v1.0"}).json()
    provider = found.get("primaryRegionResourceProviderUri")
    if not provider:
        raise Retryable(f"The registry {registry} has no address yet.", code="RegistryNotReady")
    return (
        f"{provider}mferp/managementfrontend/subscriptions/{found['subscriptionId']}"
        f"/resourceGroups/{found['resourceGroup']}"
        f"/providers/Microsoft.MachineLearningServices/registries/{registry}"
    )


def _is_origin(origin: str | None, workspace_guid: str, model: ModelVersion) -> bool:
    """Whether ``origin`` names ``model`` in that workspace; regions are spelled in many ways."""
    match = _ORIGIN.fullmatch(origin or "")
    return match is not None and (
        match["workspace"].lower(),
        match["name"],
        match["version"],
    ) == (workspace_guid.lower(), model.name, model.version)
