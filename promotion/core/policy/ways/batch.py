"""A batch endpoint."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from promotion.core.names import deployment_name
from promotion.core.policy.ways.base import EndpointWay, Given
from promotion.core.references import ModelVersion
from promotion.core.ways.batch import BatchPlan

if TYPE_CHECKING:
    from promotion.core.policy.document import PolicyDocument


class Batch(EndpointWay):
    """A batch endpoint, described by the team's own Azure ML CLI v2 files."""

    files: ClassVar[Mapping[tuple[str, ...], str]] = {
        ("endpoint",): "batch endpoint",
        ("deployment",): "batch deployment",
    }

    endpoint: str = Field(description="File for `az ml batch-endpoint create -f`.")
    deployment: str = Field(
        description="File for `az ml batch-deployment create -f`; name, endpoint_name and model "
        "are set by the service."
    )

    def plan(self, document: "PolicyDocument", model: ModelVersion, given: Given) -> BatchPlan:
        """What it means for ``model``."""
        on = self._on_endpoint(document, deployment_name(model), given["workspace"])
        return BatchPlan(way="batch", **given, **on)
