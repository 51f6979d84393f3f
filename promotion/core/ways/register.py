"""Only a registration in the workspace of the stage."""

from collections.abc import Iterator
from typing import Final, Literal

from promotion.core.ways.base import StagePlan

OURS: Final = "promotion."
"""How the names of the service's own tags begin."""

MAX_TAG: Final = 256
"""Characters of a tag's value, as Azure allows them."""


class RegisterPlan(StagePlan):
    """Register the version in the workspace."""

    way: Literal["register"]
    tags: dict[str, str] = {}

    def doing(self) -> Iterator[tuple[str, str]]:
        """What will be done, step by step, for people."""
        tags = ", ".join(f"{name}: {value}" for name, value in self.tags.items())
        yield "register", f"in {self.workspace.name}" + (f", tagged {tags}" if tags else "")
