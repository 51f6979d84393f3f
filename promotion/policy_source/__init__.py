"""Where the policy comes from: the app's own folder, or a container of blobs."""

from promotion.policy_source.in_force import current_policy
from promotion.policy_source.reading import place_of, read_policy_at

__all__ = ["current_policy", "place_of", "read_policy_at"]
