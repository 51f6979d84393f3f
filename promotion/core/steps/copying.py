"""The order that brings a version into the registry."""

from datetime import datetime

from promotion.core.references import WorkspaceRef
from promotion.core.steps.base import Order, Receipt


class CopyOrder(Order):
    """Bring exactly this version into the registry."""

    activity = "copy_to_registry"

    source: WorkspaceRef
    registry: str
    started_at: datetime
    operation: str | None = None
    """The import under way, as the previous receipt named it."""


class CopyReceipt(Receipt):
    """Whether the registry has the version."""

    asset_id: str | None = None
    """The copy, once it is there."""
    operation: str | None = None
    """The import under way."""
