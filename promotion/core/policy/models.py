"""The policy file: which models move where, through which gates."""

from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from promotion.core.gates import AnyGate
from promotion.core.policy.duration import Duration
from promotion.core.references import WorkspaceRef

type Location = tuple[str | int, ...]
"""Where in the document something stands: keys and list positions from the top."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
"""A name of up to 32 letters, digits, hyphens and underscores."""


class Section(BaseModel):
    """A part of the policy: frozen, and without fields that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class SmokeTest(Section):
    """A request to the new deployment alone, before it gets any traffic."""

    request: str = Field(description="File with the body of the request.")
    response: str | None = Field(
        default=None,
        description="File with the JSON that the response must contain; without it any answer "
        "with status 200 will do.",
    )
    tolerance: float = Field(
        default=0.0, ge=0, allow_inf_nan=False, description="How far a number may be off."
    )
    timeout: Duration = Field(
        default=timedelta(seconds=60), gt=timedelta(0), description="How long one answer may take."
    )


class Online(Section):
    """A managed online endpoint, described by the team's own Azure ML CLI v2 files."""

    endpoint: str = Field(description="File for `az ml online-endpoint create -f`.")
    deployment: str = Field(
        description="File for `az ml online-deployment create -f`; name, endpoint_name and model "
        "are set by the service."
    )
    smoke_test: SmokeTest | None = Field(default=None, description="Asked before any traffic.")


class Stage(Section):
    """One target workspace and how to deploy there."""

    name: Name = Field(description="Name of the stage, for instance prod.")
    workspace: str = Field(description="One of the names under workspaces.")
    online: Online
    keep_previous: Duration = Field(
        default=timedelta(hours=24),
        description="How long the previous deployment stays, without traffic, after the switch.",
    )
    time_limit: Duration = Field(
        default=timedelta(hours=3),
        gt=timedelta(0),
        description="How long the stage may take before it is taken back.",
    )


class Route(Section):
    """Which models, from where, through which gates and stages."""

    source: str = Field(alias="from", description="One of the names under workspaces.")
    models: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        min_length=1, description="Names or globs such as taxi-*; case-sensitive."
    )
    gates: tuple[AnyGate, ...] = Field(
        default=(), description="Questions that a version must pass before it is copied."
    )
    stages: tuple[Stage, ...] = Field(
        default=(), description="Where the version goes, in this order, after the registry."
    )

    def wants(self, model: str) -> bool:
        """Whether this route is for models of that name."""
        return any(fnmatchcase(model, glob) for glob in self.models)


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
    routes: dict[Name, Route] = Field(min_length=1)

    def workspace_name(self, arm_id: str) -> str | None:
        """What this policy calls the workspace with that ARM id."""
        names = (name for name, ref in self.workspaces.items() if ref.is_same(arm_id))
        return next(names, None)

    def routes_for(self, workspace_id: str, model: str) -> tuple[str, ...]:
        """Names of the routes that want ``model`` from the workspace with that ARM id."""
        return tuple(
            name
            for name, route in self.routes.items()
            if self.workspaces[route.source].is_same(workspace_id) and route.wants(model)
        )
