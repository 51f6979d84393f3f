"""The policy in force, for handlers; it blocks, so they ask in a thread."""

import logging

from promotion.api.problems import of_policy
from promotion.core.errors import PromotionError
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.mistakes import PolicyInvalid
from promotion.core.timing import Timing
from promotion.policy_source import current_policy
from promotion.settings import SettingInvalid, read_settings

_logger = logging.getLogger("promotion")


def in_force() -> tuple[PolicyDocument, Timing]:
    """The policy and the settings that travel with what is started now. Raises Refusal (503)."""
    try:
        settings = read_settings()
        where = settings.policy_url or settings.policy
        return current_policy(where, settings.policy_refresh), settings.timing
    except (PolicyInvalid, PromotionError, SettingInvalid, OSError) as error:
        _logger.exception("the policy in force could not be read")
        raise of_policy(error) from error
