"""Stories that the service must be able to live through: each is a demo and an acceptance test."""

from typing import Final

from local.stories import (
    azure_pipeline,
    batch,
    canary,
    few_requests,
    freeze,
    github_workflow,
    hold,
    job,
    newer_afterwards,
    newer_while_deploying,
    newer_while_held,
    newer_while_waiting,
    no_approval,
    notices,
    older_late,
    own_approval,
    register,
    rollback_after,
    rollback_before,
    rollback_during,
    shadow,
    three_environments,
)
from local.stories.support.story import Story

STORIES: Final[tuple[Story, ...]] = (
    three_environments.STORY,
    own_approval.STORY,
    no_approval.STORY,
    freeze.STORY,
    notices.STORY,
    canary.STORY,
    few_requests.STORY,
    shadow.STORY,
    batch.STORY,
    register.STORY,
    job.STORY,
    azure_pipeline.STORY,
    github_workflow.STORY,
    newer_while_waiting.STORY,
    newer_while_held.STORY,
    newer_while_deploying.STORY,
    newer_afterwards.STORY,
    older_late.STORY,
    hold.STORY,
    rollback_before.STORY,
    rollback_during.STORY,
    rollback_after.STORY,
)
"""In the order in which they are told: ways to approve, to tell people, to deliver, to go back."""
