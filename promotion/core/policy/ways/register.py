"""Only a registration."""

from typing import TYPE_CHECKING

from pydantic import Field

from promotion.core.policy.ways.base import Given, Way
from promotion.core.references import ModelVersion
from promotion.core.ways.register import RegisterPlan

if TYPE_CHECKING:
    from promotion.core.policy.document import PolicyDocument


class Register(Way):
    """Only register the version in the workspace, for teams that deploy from there."""

    tags: dict[str, str] = Field(
        default={}, description="Tags to set on it, beside the version's own."
    )

    def plan(self, document: "PolicyDocument", model: ModelVersion, given: Given) -> RegisterPlan:  # noqa: ARG002  # it names no files
        """What it means for any model."""
        return RegisterPlan(way="register", **given, tags=self.tags)
