"""What every way to deliver at a stage has."""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypedDict

from pydantic import Field

from promotion.core.gates import Gate
from promotion.core.policy.assets import named_assets
from promotion.core.policy.kubernetes import on_kubernetes
from promotion.core.policy.section import Section
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.core.waits import Wait
from promotion.core.ways.base import Target

if TYPE_CHECKING:
    from promotion.core.policy.document import PolicyDocument
    from promotion.core.ways import AnyStagePlan


class Given(TypedDict):
    """What the plan of a stage has, whichever way it delivers: the fields of StagePlan."""

    name: str
    workspace: WorkspaceRef
    needs: tuple[str, ...]
    gates: tuple[Gate, ...]
    waits: tuple[Wait, ...]
    keep_previous: timedelta
    time_limit: timedelta


class Way(Section):
    """How a stage brings a version into use."""

    files: ClassVar[Mapping[tuple[str, ...], str]] = {}
    """Its fields that name a file, by their place under it, with the role of that file: that is
    what the file is checked as. ``*`` is any item."""

    @abstractmethod
    def plan(self, document: "PolicyDocument", model: ModelVersion, given: Given) -> "AnyStagePlan":
        """What it means for ``model``."""


class EndpointWay(Way):
    """An endpoint, described by the team's own Azure ML CLI v2 files."""

    endpoint: str
    deployment: str
    assets: Literal["share", "target"] = Field(
        default="share",
        description="Where the environment that the deployment file names comes from: share it "
        "with the model, from the source workspace by way of the registry, or leave it to the "
        "target, the workspace of the stage.",
    )

    def _on_endpoint(
        self, document: "PolicyDocument", deployment: str, workspace: WorkspaceRef
    ) -> dict[str, Any]:
        """The fields of EndpointPlan, for a deployment of that name."""
        name = document.endpoints[self.endpoint]
        text = document.files[self.deployment]
        # Kubernetes takes environments of its own workspace only.
        shares = self.assets == "share" and not on_kubernetes(text)
        return {
            "target": Target(workspace=workspace, endpoint=name, deployment=deployment),
            "endpoint_yaml": document.files[self.endpoint],
            "deployment_yaml": text,
            "deployment_path": self.deployment,
            "assets": named_assets(text, self.deployment) if shares else (),
        }
