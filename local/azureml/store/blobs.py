"""Blob storage: model artifacts, job outputs, code, and whatever else somebody puts there."""

import time
from dataclasses import dataclass, field
from itertools import count

_versions = count(0x8DAA00000000000)


def _etag() -> str:
    return f'"0x{next(_versions):X}"'


@dataclass
class Blob:
    data: bytes
    metadata: dict[str, str] = field(default_factory=dict)
    modified: float = field(default_factory=time.time)
    """Seconds since 1970."""
    etag: str = field(default_factory=_etag)
    """Another one with each write, be the content the same."""

    def describe(self, metadata: dict[str, str]) -> None:
        """Gives it other metadata, which is a write too."""
        self.metadata = metadata
        self.modified, self.etag = time.time(), _etag()


class Blobs:
    """Every blob, by `container/path`.

    The account is no part of the key: container names carry GUIDs, and Azure serves a registry's
    blobs under several replicated accounts.
    """

    def __init__(self) -> None:
        self._blobs: dict[str, Blob] = {}

    def get(self, key: str) -> Blob | None:
        return self._blobs.get(key)

    def put(self, key: str, data: bytes) -> Blob:
        self._blobs[key] = Blob(data)
        return self._blobs[key]

    def delete(self, key: str) -> bool:
        """False if there was none."""
        return self._blobs.pop(key, None) is not None

    def under(self, prefix: str) -> dict[str, Blob]:
        """The blobs below a folder, by their path in it; a blob of that very name counts too."""
        folder = prefix.rstrip("/")
        return {
            key.removeprefix(folder).lstrip("/"): blob
            for key, blob in self._blobs.items()
            if key == folder or key.startswith(folder + "/")
        }

    def copy(self, source: str, target: str) -> None:
        """Copies a folder, as an import into a registry does."""
        for path, blob in self.under(source).items():
            self._blobs[f"{target}/{path}".rstrip("/")] = Blob(blob.data, dict(blob.metadata))
