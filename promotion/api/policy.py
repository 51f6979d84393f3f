"""The policy in force, for handlers; it blocks, so they ask in a thread."""

from promotion.core.policy.document import PolicyDocument
from promotion.core.timing import Timing
from promotion.policy_source import current_policy
from promotion.settings import read_settings


def in_force() -> tuple[PolicyDocument, Timing]:
    """The policy and the settings that travel with what is started now."""
    settings = read_settings()
    where = settings.policy_url or settings.policy
    return current_policy(where, settings.policy_refresh), settings.timing
