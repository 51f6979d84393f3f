"""Only a registration in the workspace of the stage."""

from collections.abc import Iterator
from typing import Literal

from promotion.core.ways.base import StagePlan


class RegisterPlan(StagePlan):
    """Register the version in the workspace."""

    way: Literal["register"]
    tags: dict[str, str] = {}

    def doing(self) -> Iterator[tuple[str, str]]:
        """What will be done, step by step, for people."""
        yield "register", f"in {self.workspace.name}"
