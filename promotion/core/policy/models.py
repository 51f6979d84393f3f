"""The policy file: which models move where, through which gates."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from promotion.core.address import Host
from promotion.core.events import ModelRegistered
from promotion.core.policy.defaults import Defaults
from promotion.core.policy.route import Route
from promotion.core.policy.section import Name, Section
from promotion.core.references import WorkspaceRef


def _no_truth(written: object) -> object:
    """Python takes ``true`` for 1."""
    return "true" if written is True else written


class Policy(Section):
    """The whole file."""

    version: Annotated[Literal[1], BeforeValidator(_no_truth)] = Field(
        description="Version of this format."
    )
    workspaces: dict[Name, WorkspaceRef] = Field(
        min_length=1, description="The workspaces that routes and stages refer to."
    )
    registry: Name = Field(description="The Azure ML registry that versions are copied to.")
    hosts: tuple[Host, ...] = Field(
        default=(),
        description="Hosts, or *.contoso.com for all below, that http gates may ask and "
        "pipelines may be at.",
    )
    defaults: Defaults = Field(
        default=Defaults(), description="What holds wherever nothing else is stated."
    )
    routes: dict[Name, Route] = Field(min_length=1)

    def workspace_name(self, arm_id: str) -> str | None:
        """What this policy calls the workspace with that ARM id."""
        names = (name for name, ref in self.workspaces.items() if ref.is_same(arm_id))
        return next(names, None)

    def source_of(self, route: Route, workspace_id: str) -> str | None:
        """Which of the route's workspaces has that ARM id, as this policy calls it."""
        same = (name for name in route.sources if self.workspaces[name].is_same(workspace_id))
        return next(same, None)

    def wishes(self, registered: ModelRegistered) -> dict[str, str | None]:
        """Every route by name: why it does not want that version, or None when it does."""
        return {
            name: route.unwanted(registered, self.source_of(route, registered.workspace_id))
            for name, route in self.routes.items()
        }
