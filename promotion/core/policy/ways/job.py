"""A job of the team's own."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from promotion.core.policy.assets import named_assets
from promotion.core.policy.ways.base import Given, Way
from promotion.core.references import ModelVersion
from promotion.core.ways.job import JobPlan

if TYPE_CHECKING:
    from promotion.core.policy.document import PolicyDocument


class Job(Way):
    """A job of the team's own, a pipeline for instance, that is given the version."""

    files: ClassVar[Mapping[tuple[str, ...], str]] = {("file",): "job"}

    file: str = Field(
        description="File for `az ml job create -f`; name and the path of the input are set by the "
        "service."
    )
    input: str = Field(
        default="model",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$",
        description="Which input of the job is the version.",
    )

    assets: Literal["share", "target"] = Field(
        default="target",
        description="Where environments and data that the file names come from: share them with "
        "the model, from the source workspace by way of the registry, or leave them to the "
        "target, the workspace of the stage.",
    )

    def plan(self, document: "PolicyDocument", model: ModelVersion, given: Given) -> JobPlan:  # noqa: ARG002  # the same for any model
        """What it means for any model."""
        text = document.files[self.file]
        return JobPlan(
            way="job",
            **given,
            yaml=text,
            path=self.file,
            input=self.input,
            assets=named_assets(text, self.file) if self.assets == "share" else (),
        )
