"""The files of a registry's model, copied to a workspace: only where Azure cannot use them there.

They flow from one storage to the other in pieces, without a stop on this machine's disk, which
the SDK's own upload would need.
"""

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, urlsplit

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.imports import REGISTRY_API, base_url
from promotion.azureml.reading import mapping, text
from promotion.core.errors import Terminal
from promotion.core.names import fingerprint
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.identity import credential
from promotion.settings import read_settings

if TYPE_CHECKING:
    from azure.storage.blob import BlobProperties, ContainerClient

MAX_MEGABYTES: Final = 2048
"""More than this is not copied by way of the app: a function must end in time."""


def copy_files(model: ModelVersion, registry: str, uri: str, workspace: WorkspaceRef) -> str:
    """Path, in the workspace's default datastore, of a copy of the files that ``uri`` names.

    It is one file, or a folder, that is called as it is in the registry: scoring code may know
    its name. What an earlier call has copied is not copied again. Terminal if it is too much.
    """
    with azure_errors(f"copy the files of {model} to {workspace.name}", Role.COPY_FILES):
        source, prefix = _opened(model, registry, uri)
        target, datastore = _default(workspace)
        with source, target:
            blobs = _blobs(source, prefix)
            _check(model, registry, blobs)
            mark = fingerprint(model.in_registry(registry))
            folder = f"promotion/{model.name}/{model.version}-{mark}"
            root = f"{folder}/{PurePosixPath(prefix).name or 'model'}"
            there = {blob.name: blob.size for blob in target.list_blobs(name_starts_with=root)}
            for blob in blobs:
                name = root + blob.name.removeprefix(prefix)
                if there.get(name) != blob.size:
                    pieces = source.download_blob(blob.name).chunks()
                    target.upload_blob(name, pieces, length=blob.size, overwrite=True)
    return f"azureml://datastores/{datastore}/paths/{root}"


def _opened(model: ModelVersion, registry: str, uri: str) -> tuple["ContainerClient", str]:
    """The registry's storage, with leave to read, and where in it the files are."""
    from azure.storage.blob import ContainerClient

    answer = access.request(
        "POST",
        f"{base_url(registry)}/datarefs/{quote(model.name)}/versions/{quote(model.version)}",
        params={"api-version": REGISTRY_API},
        body={"assetId": model.in_registry(registry), "blobUri": uri},
    )
    reference: dict[str, Any] = mapping(answer.json().get("blobReferenceForConsumption"))
    signed = text(mapping(reference.get("credential")).get("sasUri"))
    if signed is None:
        raise Terminal(
            f"The registry {registry} gives no leave to read the files of {model}.",
            remedy=_by_hand(model),
            code="NoCredentials",
        )
    where = unquote(urlsplit(text(reference.get("blobUri")) or uri).path)
    prefix = where.removeprefix(unquote(urlsplit(signed).path)).strip("/")
    return ContainerClient.from_container_url(signed), prefix


def _default(workspace: WorkspaceRef) -> tuple["ContainerClient", str]:
    """The workspace's default datastore, as a container and by its name."""
    from azure.storage.blob import ContainerClient

    store: Any = access.workspace_client(workspace).datastores.get_default(include_secrets=True)
    secret = getattr(store.credentials, "account_key", None)
    secret = secret or getattr(store.credentials, "sas_token", None)
    endpoint = (read_settings().cloud_metadata or {}).get("storage_endpoint") or store.endpoint
    url = f"https://{store.account_name}.blob.{endpoint}"
    container = ContainerClient(url, store.container_name, credential=secret or credential())
    return container, str(store.name)


def _blobs(source: "ContainerClient", prefix: str) -> list["BlobProperties"]:
    """All files of the model; not those of a neighbour whose name begins alike, nor of folders."""
    inside = f"{prefix}/" if prefix else ""
    return [
        blob
        for blob in source.list_blobs(name_starts_with=prefix)
        if (blob.name == prefix or blob.name.startswith(inside)) and not blob.name.endswith("/")
    ]


def _check(model: ModelVersion, registry: str, blobs: list["BlobProperties"]) -> None:
    if not blobs:
        raise Terminal(f"The registry {registry} has no files of {model}.", code="NoFiles")
    megabytes = sum(blob.size for blob in blobs) / 2**20
    if megabytes > MAX_MEGABYTES:
        raise Terminal(
            f"Azure does not register {model} by its address in the registry {registry}, and it "
            f"is too large to be copied: {megabytes:,.1f} MB, where {MAX_MEGABYTES:,} MB can be.",
            remedy=_by_hand(model),
            code="TooLargeToCopy",
        )


def _by_hand(model: ModelVersion) -> str:
    return (
        "Download it with `az ml model download`, register it with `az ml model create` as "
        f"{model} with its address in the registry as the tag promotion.registry_path, then "
        "promote it again."
    )
