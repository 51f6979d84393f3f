"""A registry's own service: where it answers, and what it is asked to import from a workspace.

See docs/decisions/0002-copy-without-share.md. All of it is meant for use within ``azure_errors``.
"""

from typing import Any, Final, Literal
from urllib.parse import quote

from promotion.azureml import access
from promotion.azureml.errors import message_of
from promotion.core.errors import Retryable, Terminal
from promotion.core.references import WorkspaceRef
from promotion.core.value import Value

type Plural = Literal["models", "environments", "data"]
"""What a registry imports, as its addresses have it."""

REGISTRY_API: Final = "2021-10-01-dataplanepreview"
_WORKSPACE_API: Final = "2023-08-01-preview"


class Import(Value):
    """An import as it is now: under way, with the address to ask, or ended."""

    operation: str | None = None
    note: str | None = None
    """Why the registry did not take the request, if somebody else's import is under way."""


def find_version(registry: str, plural: Plural, name: str, version: str) -> dict[str, Any] | None:
    """That version in the registry as it tells of it; None if there is none."""
    from azure.core.exceptions import ResourceNotFoundError

    url = _version_url(registry, plural, name, version)
    try:
        found: dict[str, Any] = access.request(
            "GET", url, params={"api-version": REGISTRY_API}
        ).json()
    except ResourceNotFoundError:
        return None
    return found


def start_import(registry: str, source_id: str, name: str, version: str) -> Import:
    """Ask the registry to import what has that id; somebody else's import is as good."""
    properties = {
        "referenceType": "Id",
        "destinationName": name,
        "destinationVersion": version,
        "sourceAssetId": source_id,
    }
    return _start("POST", f"{base_url(registry)}/import", properties)


def start_creation(
    registry: str, plural: Plural, name: str, version: str, properties: dict[str, Any]
) -> Import:
    """Ask the registry for a version with those properties."""
    return _start("PUT", _version_url(registry, plural, name, version), properties)


def look_at_operation(operation: str, doing: str) -> bool:
    """Whether it has ended well; Terminal with Azure's message when it failed.

    ``doing`` completes the sentence "Could not …".
    """
    from azure.core.exceptions import ResourceNotFoundError

    try:
        answer = access.request("GET", operation)
    except ResourceNotFoundError:
        return True  # Azure forgets operations that ended; the registry itself will tell
    if answer.status_code == 202:
        return False
    error = answer.json().get("error") if answer.content not in (b"", b"null") else None
    if error:
        raise Terminal(f"Could not {doing}: {error.get('message')}", code=error.get("code"))
    return True


def read_workspace(source: WorkspaceRef) -> dict[str, Any]:
    """The workspace as Azure Resource Manager tells of it."""
    url = access.resource_manager() + source.arm_id.lstrip("/")
    workspace: dict[str, Any] = access.request(
        "GET", url, params={"api-version": _WORKSPACE_API}
    ).json()
    return workspace


def source_id(workspace: dict[str, Any], plural: Plural, name: str, version: str) -> str:
    """The id by which a registry knows a version in the workspace of ``read_workspace``."""
    guid = workspace["properties"]["workspaceId"]
    return (
        f"azureml://locations/{workspace['location']}/workspaces/{guid}"
        f"/{plural}/{name}/versions/{version}"
    )


def base_url(registry: str) -> str:
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


def _version_url(registry: str, plural: Plural, name: str, version: str) -> str:
    return f"{base_url(registry)}/{plural}/{quote(name)}/versions/{quote(version)}"


def _start(method: str, url: str, properties: dict[str, Any]) -> Import:
    from azure.core.exceptions import ResourceExistsError

    try:
        answer = access.request(
            method, url, params={"api-version": REGISTRY_API}, body={"properties": properties}
        )
    except ResourceExistsError as error:
        return Import(note=message_of(error.error, error.message))
    return Import(operation=answer.headers.get("Location"))
