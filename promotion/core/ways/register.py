"""Only a registration in the workspace of the stage."""

from typing import Literal

from promotion.core.ways.base import StagePlan


class RegisterPlan(StagePlan):
    """Register the version in the workspace."""

    way: Literal["register"]
    tags: dict[str, str] = {}
