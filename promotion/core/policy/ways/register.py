"""Only a registration."""

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from promotion.core.policy.ways.base import Given, Way
from promotion.core.references import ModelVersion
from promotion.core.ways.register import MAX_TAG, OURS, RegisterPlan

if TYPE_CHECKING:
    from promotion.core.policy.document import PolicyDocument


def _free(tags: dict[str, str]) -> dict[str, str]:
    for name, value in tags.items():
        if name.startswith(OURS):
            raise ValueError(f"the service itself sets tags that begin with {OURS}, such as {name}")
        if not name or len(value) > MAX_TAG:
            what = f"the value of {name} has {len(value)}" if name else "a name has none"
            raise ValueError(f"a tag has a name and a value of up to {MAX_TAG} characters; {what}")
    return tags


class Register(Way):
    """Only register the version in the workspace, for teams that deploy from there."""

    tags: Annotated[dict[str, str], AfterValidator(_free)] = Field(
        default={}, max_length=20, description="Tags to set on it, beside the version's own."
    )

    def plan(self, document: "PolicyDocument", model: ModelVersion, given: Given) -> RegisterPlan:  # noqa: ARG002  # it names no files
        """What it means for any model."""
        return RegisterPlan(way="register", **given, tags=self.tags)
