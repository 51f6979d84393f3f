"""Blob storage: model artifacts, job outputs, code."""

from dataclasses import dataclass, field


@dataclass
class Blob:
    data: bytes
    metadata: dict[str, str] = field(default_factory=dict)


class Blobs:
    """Every blob, by `container/path`.

    The account is no part of the key: container names carry GUIDs, and Azure serves a registry's
    blobs under several replicated accounts.
    """

    def __init__(self) -> None:
        self._blobs: dict[str, Blob] = {}

    def get(self, key: str) -> Blob | None:
        return self._blobs.get(key)

    def put(self, key: str, data: bytes) -> None:
        self._blobs[key] = Blob(data)

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
