"""Finds out what a rollback concerns."""

from promotion.core.operating import rollback
from promotion.core.steps.operations import RollbackPlanOrder, RollbackPlanReceipt
from promotion.policy_source import current_policy
from promotion.settings import read_settings


def plan_rollback(order: RollbackPlanOrder) -> RollbackPlanReceipt:
    """What it concerns, by the policy in force."""
    settings = read_settings()
    document = current_policy(settings.policy_url or settings.policy, settings.policy_refresh)
    publish = settings.topic is not None
    planned = rollback(document, order.request, order.id, settings.timing, publish=publish)
    return RollbackPlanReceipt(rollback=planned)
