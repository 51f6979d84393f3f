"""Versioned assets: models, environments, code, data, components; of a workspace or a registry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from local.azureml.store.clock import stamp

_order = count()


@dataclass
class Asset:
    """One version of one asset."""

    name: str
    version: str
    properties: dict[str, Any]
    artifacts: str = ""
    """Where its files are: a folder in the blob store."""
    created: str = field(default_factory=stamp)
    modified: str = field(default_factory=stamp)
    created_by: str | None = None
    """Who made it, if not the one user that the stand-in knows."""
    order: int = field(default_factory=lambda: next(_order))
    """Which of two came first, where their time stamps are equal."""


class Shelf:
    """All assets of one kind in one place, and what was deleted there."""

    def __init__(self) -> None:
        self._assets: dict[tuple[str, str], Asset] = {}
        self._deleted: set[tuple[str, str]] = set()

    def get(self, name: str, version: str) -> Asset | None:
        return self._assets.get((name, version))

    def put(self, asset: Asset) -> None:
        self._assets[asset.name, asset.version] = asset

    def delete(self, name: str, version: str) -> None:
        if self._assets.pop((name, version), None):
            self._deleted.add((name, version))

    def was_deleted(self, name: str, version: str) -> bool:
        return (name, version) in self._deleted

    def names(self) -> list[str]:
        return list(dict.fromkeys(name for name, _ in self._assets))

    def versions(self, name: str | None = None) -> list[Asset]:
        """Newest first, as Azure lists them."""
        found = [asset for asset in self._assets.values() if name in (None, asset.name)]
        return sorted(found, key=lambda asset: (asset.created, asset.order), reverse=True)

    def next_version(self, name: str) -> str:
        """One more than the highest number ever used, deleted ones included."""
        used = [version for known, version in [*self._assets, *self._deleted] if known == name]
        return str(max((int(version) for version in used if version.isdecimal()), default=0) + 1)


Shelves = Mapping[str, Shelf]
_KINDS = ("models", "environments", "codes", "data", "components")


def shelves() -> Shelves:
    """One shelf for each kind of asset, by the word that its URLs use."""
    return {kind: Shelf() for kind in _KINDS}
