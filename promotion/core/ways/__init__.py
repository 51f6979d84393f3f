"""Ways to deliver a version at a stage: one file for each, as the plan has it."""

from typing import Annotated

from pydantic import Field

from promotion.core.ways.azure_pipeline import AzurePipelinePlan
from promotion.core.ways.batch import BatchPlan
from promotion.core.ways.github_workflow import GithubWorkflowPlan
from promotion.core.ways.job import JobPlan
from promotion.core.ways.online import OnlinePlan
from promotion.core.ways.register import RegisterPlan

AnyEndpointPlan = Annotated[OnlinePlan | BatchPlan, Field(discriminator="way")]
AnyStagePlan = Annotated[
    OnlinePlan | BatchPlan | RegisterPlan | JobPlan | AzurePipelinePlan | GithubWorkflowPlan,
    Field(discriminator="way"),
]
