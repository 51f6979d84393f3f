"""Pipelines of a team's own, to which a version can be handed over."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from promotion.core.host_settings import check_setting
from promotion.core.value import Value
from promotion.core.written import Written

SettingName = Annotated[
    str,
    AfterValidator(check_setting),
    Written(r"[A-Za-z_][A-Za-z0-9_]{0,63}", "the name of an app setting, never the secret"),
]
"""Name of an app setting that holds a secret of a team's own."""


class PipelineRef(Value):
    """A pipeline in Azure DevOps."""

    kind: Literal["azure_pipeline"]
    organization: str
    project: str
    pipeline: int
    branch: str | None = None
    token_setting: str | None = None
    url: str | None = None
    """Base of its interface, where that is not Azure DevOps Services."""

    @property
    def label(self) -> str:
        """What people call it."""
        return f"pipeline {self.pipeline} of {self.organization}/{self.project}"


class GithubApp(Value):
    """An app that is installed where the workflow is."""

    id: int = Field(ge=1, description="Id of the app.")
    installation: int = Field(ge=1, description="Id of its installation for the repository.")
    key_setting: SettingName = Field(
        description="Name of the app setting that holds its private key, as PEM."
    )


class WorkflowRef(Value):
    """A workflow in GitHub Actions."""

    kind: Literal["github_workflow"]
    repository: str
    workflow: str
    ref: str
    token_setting: str | None = None
    app: GithubApp | None = None
    url: str | None = None
    """Base of its interface, where that is not github.com."""

    @property
    def label(self) -> str:
        """What people call it."""
        return f"workflow {self.workflow} of {self.repository}"


AnyPipeline = Annotated[PipelineRef | WorkflowRef, Field(discriminator="kind")]
