"""Which promotion something belongs to."""

from promotion.core.references import ModelVersion
from promotion.core.value import Value


class Context(Value):
    """Which promotion something belongs to: it stands in every order and every audit record."""

    promotion_id: str
    route: str
    model: ModelVersion
    source: str
    """What the policy calls the source workspace."""
    actor: str
    stage: str | None = None
    bypassed: tuple[str, ...] = ()
    """Gates that a person left out."""
