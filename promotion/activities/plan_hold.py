"""Finds out what a hold, or its end, concerns."""

from promotion.core.operating import operation
from promotion.core.steps.operations import HoldPlanOrder, HoldPlanReceipt
from promotion.policy_source import current_policy
from promotion.settings import read_settings


def plan_hold(order: HoldPlanOrder) -> HoldPlanReceipt:
    """What it concerns, by the policy in force."""
    settings = read_settings()
    document = current_policy(settings.policy_url or settings.policy, settings.policy_refresh)
    return HoldPlanReceipt(operation=operation(document, order.request, settings.timing))
