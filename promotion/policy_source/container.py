"""A policy in a container of Azure Blob Storage, next to the files that it names."""

import posixpath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from promotion.loading import load
from promotion.settings import SettingInvalid

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient

_LOCAL = ("localhost", "127.0.0.1")


class Container:
    """The container of the policy ``url``; the app's identity reads it.

    Needs the role Storage Blob Data Reader on the container.
    """

    def __init__(self, url: str) -> None:
        """Raises SettingInvalid when ``url`` is not that of a blob."""
        parts = urlsplit(url)
        path = unquote(parts.path).lstrip("/")
        if parts.query or parts.fragment or parts.username:
            raise SettingInvalid(
                f"the policy is at {parts.hostname}{parts.path} with something before or after "
                "it; give the blob's plain URL: the app reads it with its own identity"
            )
        # A local stand-in names the account in the path, Azure in the host.
        depth = 2 if parts.hostname in _LOCAL else 1
        start, blob = "/".join(path.split("/")[:depth]), "/".join(path.split("/")[depth:])
        if parts.scheme != "https" or not start or not blob:
            raise SettingInvalid(
                f"{url} is not the URL of a blob; write it as "
                "https://<account>.blob.core.windows.net/<container>/promotion.yaml"
            )
        self._start = f"https://{parts.netloc}/{start}"
        self._folder, self.name = posixpath.split(blob)

    def read(self, relative: str) -> str:
        """The text of a blob. Raises FileNotFoundError, UnicodeDecodeError; Retryable, Terminal."""
        with self._reading(relative), self._client(relative) as client:
            content: bytes = client.download_blob().readall()
        return content.decode("utf-8-sig")

    def stamp(self, relative: str) -> str:
        """The blob's ETag; empty when there is none. Raises Retryable, Terminal."""
        try:
            with self._reading(relative), self._client(relative) as client:
                return str(client.get_blob_properties().etag)
        except (FileNotFoundError, ValueError):
            return ""

    def _client(self, relative: str) -> "BlobClient":
        load("azure.storage.blob", "azure.identity")
        from azure.storage.blob import BlobClient, LinearRetry

        from promotion.identity import credential

        # Event Grid waits 30 seconds for our answer, and storage's own retries wait for 15.
        once_more = LinearRetry(backoff=1, retry_total=1, random_jitter_range=0)
        options: dict[str, Any] = {
            "connection_timeout": 5,
            "read_timeout": 10,
            "retry_policy": once_more,
        }
        url = f"{self._start}/{quote(self._path(relative))}"
        return BlobClient.from_blob_url(url, credential=credential(), **options)

    def _path(self, relative: str) -> str:
        path = posixpath.normpath(posixpath.join(self._folder, relative))
        if path.startswith(("../", "/")) or path == "..":
            raise ValueError("outside the container of the policy")
        return path

    @staticmethod
    def _reading(relative: str) -> "_Reading":
        return _Reading(relative)


class _Reading:
    """Errors of Azure become ours: a blob that is not there is a file that is not there."""

    def __init__(self, relative: str) -> None:
        self._relative = relative

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        from azure.core.exceptions import AzureError, ResourceNotFoundError

        from promotion.azureml.errors import Role, translate

        if isinstance(error, ResourceNotFoundError):
            raise FileNotFoundError(2, "there is no such blob") from None
        if isinstance(error, AzureError):
            raise translate(error, f"read the policy's blob {self._relative}", Role.READ_POLICY)
