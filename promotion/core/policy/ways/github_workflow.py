"""A workflow of the team's own in GitHub Actions."""

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from promotion.core.policy.ways.base import Given
from promotion.core.policy.ways.handover import Branch, Handover, Parameters, Url
from promotion.core.references import ModelVersion
from promotion.core.ways.github_workflow import GithubWorkflowPlan
from promotion.core.ways.pipelines import GithubApp, SettingName, WorkflowRef
from promotion.core.written import Written

if TYPE_CHECKING:
    from promotion.core.policy.document import PolicyDocument


class GithubWorkflow(Handover):
    """A workflow of the team's own in GitHub Actions, which is given the version."""

    repository: Annotated[
        str,
        # One character of the name is not a dot: nothing leads out of the path.
        Written(
            r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/[A-Za-z0-9._-]{0,99}[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}",
            "owner and name of a repository, such as contoso/release",
        ),
    ] = Field(description="Owner and name of the repository, such as contoso/release.")
    workflow: Annotated[
        str,
        Written(
            r"([A-Za-z0-9._-]{0,99}[A-Za-z0-9_-]\.ya?ml|[0-9]{1,18})",
            "the file name of a workflow, such as release.yml, or its id",
        ),
    ] = Field(description="File name of the workflow, such as release.yml, or its id.")
    ref: Branch = Field(
        default="main",
        description="Branch or tag from which the workflow is taken.",
    )
    inputs: Parameters = Field(
        default={},
        description="Further inputs, the same for every version, such as environment: prod. No "
        "secrets: they are shown to people.",
    )
    token_setting: SettingName | None = Field(
        default=None,
        description="Name of the app setting that holds a token with Actions: write.",
    )
    app: GithubApp | None = Field(
        default=None, description="The GitHub App that gives the tokens, instead of token_setting."
    )
    url: Url | None = Field(
        default=None,
        description="Base of the interface where that is not https://api.github.com, such as "
        "https://github.contoso.com/api/v3; its host must be one of hosts.",
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        self._check_names(self.inputs)
        if (self.token_setting is None) == (self.app is None):
            raise ValueError("a workflow needs one of token_setting and app")
        return self

    def plan(
        self,
        document: "PolicyDocument",  # noqa: ARG002  # it names no files
        model: ModelVersion,  # noqa: ARG002  # the same for any model
        given: Given,
    ) -> GithubWorkflowPlan:
        """What it means for any model."""
        pipeline = WorkflowRef(
            kind="github_workflow",
            repository=self.repository,
            workflow=self.workflow,
            ref=self.ref,
            token_setting=self.token_setting,
            app=self.app,
            url=self.url,
        )
        return GithubWorkflowPlan(
            way="github_workflow",
            **given,
            pipeline=pipeline,
            names=self.names,
            parameters=self.inputs,
        )
