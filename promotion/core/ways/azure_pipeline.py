"""A pipeline of the team's own in Azure DevOps."""

from typing import Literal

from promotion.core.ways.handover import HandoverPlan


class AzurePipelinePlan(HandoverPlan):
    """Start the pipeline in Azure DevOps, and wait for its end."""

    way: Literal["azure_pipeline"]
