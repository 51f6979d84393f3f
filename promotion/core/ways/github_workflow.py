"""A workflow of the team's own in GitHub Actions."""

from typing import Literal

from promotion.core.ways.handover import HandoverPlan


class GithubWorkflowPlan(HandoverPlan):
    """Start the workflow in GitHub Actions, and wait for its end."""

    way: Literal["github_workflow"]
