"""Ways to deliver at a stage: one file for each, as the policy writes it."""

from typing import Final

from promotion.core.policy.ways.azure_pipeline import AzurePipeline
from promotion.core.policy.ways.base import Way
from promotion.core.policy.ways.batch import Batch
from promotion.core.policy.ways.github_workflow import GithubWorkflow
from promotion.core.policy.ways.job import Job
from promotion.core.policy.ways.online import Online
from promotion.core.policy.ways.register import Register

WAYS: Final[dict[str, type[Way]]] = {
    "online": Online,
    "batch": Batch,
    "register": Register,
    "job": Job,
    "azure_pipeline": AzurePipeline,
    "github_workflow": GithubWorkflow,
}
"""By the name of its field in a stage."""
