"""Which models a route is about."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from promotion.core.value import Value


class Models(Value):
    """Names or globs of models, and of those that are not meant."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...] = ()

    def why_not(self, name: str) -> str | None:
        """Why a model of that name is not meant; None when it is."""
        if not _first(name, self.wanted):
            return f"it takes models called {' or '.join(self.wanted)}"
        if glob := _first(name, self.unwanted):
            return f"it takes no models called {glob}"
        return None


def _first(name: str, globs: Iterable[str]) -> str | None:
    return next((glob for glob in globs if fnmatchcase(name, glob)), None)
