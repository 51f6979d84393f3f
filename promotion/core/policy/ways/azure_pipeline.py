"""A pipeline of the team's own in Azure DevOps."""

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from promotion.core.policy.ways.base import Given
from promotion.core.policy.ways.handover import Branch, Handover, Parameters, Url
from promotion.core.references import ModelVersion
from promotion.core.ways.azure_pipeline import AzurePipelinePlan
from promotion.core.ways.pipelines import PipelineRef, SettingName
from promotion.core.written import Written

if TYPE_CHECKING:
    from promotion.core.policy.document import PolicyDocument


class AzurePipeline(Handover):
    """A pipeline of the team's own in Azure DevOps, which is given the version."""

    organization: Annotated[
        str,
        Written(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", "the name of an organization, such as contoso"),
    ] = Field(description="Name of the organization; at an Azure DevOps Server, of the collection.")
    project: Annotated[
        str,
        # What Azure DevOps forbids, and a dot or an underscore at the beginning.
        Written(
            r"""[^._\\/:*?"'<>;#$*{},+=\[\]|%][^\\/:*?"'<>;#$*{},+=\[\]|%]{0,63}""",
            "the name of a project",
        ),
    ] = Field(description="Name or id of the project.")
    pipeline: int = Field(
        ge=1, le=2**31 - 1, description="Id of the pipeline: definitionId in its address."
    )
    branch: Branch | None = Field(
        default=None,
        description="Branch from which its YAML file is taken; the pipeline's own default branch "
        "unless stated.",
    )
    parameters: Parameters = Field(
        default={},
        description="Further parameters, the same for every version, such as environment: prod. "
        "No secrets: they are shown to people.",
    )
    token_setting: SettingName | None = Field(
        default=None,
        description="Name of the app setting that holds a personal access token; without it the "
        "app's managed identity is used.",
    )
    url: Url | None = Field(
        default=None,
        description="Address of an Azure DevOps Server, such as https://devops.contoso.com; "
        "needs token_setting, and its host in hosts.",
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        self._check_names(self.parameters)
        if self.url is not None and self.token_setting is None:
            # Else whoever writes a policy could have the identity's token sent anywhere.
            raise ValueError(
                "the app's managed identity is for Azure DevOps Services only; "
                "name a token_setting with the url"
            )
        return self

    def plan(
        self,
        document: "PolicyDocument",  # noqa: ARG002  # it names no files
        model: ModelVersion,  # noqa: ARG002  # the same for any model
        given: Given,
    ) -> AzurePipelinePlan:
        """What it means for any model."""
        pipeline = PipelineRef(
            kind="azure_pipeline",
            organization=self.organization,
            project=self.project,
            pipeline=self.pipeline,
            branch=self.branch,
            token_setting=self.token_setting,
            url=self.url,
        )
        return AzurePipelinePlan(
            way="azure_pipeline",
            **given,
            pipeline=pipeline,
            names=self.names,
            parameters=self.parameters,
        )
