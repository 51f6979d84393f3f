"""A policy that has been read, with everything that it names."""

from promotion.core.policy.models import Policy
from promotion.core.value import Value


class PolicyDocument(Value):
    """A valid policy with the text of every file that it names."""

    policy: Policy
    files: dict[str, str]
    """Text by path, relative to the policy file."""
    endpoints: dict[str, str]
    """Name of the endpoint by path of its file."""
    digest: str
    """Changes when the policy or one of its files does: kept with each promotion."""
