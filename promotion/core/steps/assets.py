"""The order that brings an environment, or data, into the registry."""

from datetime import datetime

from promotion.core.assets import AnyAsset
from promotion.core.references import WorkspaceRef
from promotion.core.steps.base import Order, Receipt


class ShareOrder(Order):
    """Bring exactly this asset into the registry."""

    activity = "share_asset"

    source: WorkspaceRef
    registry: str
    what: AnyAsset
    started_at: datetime
    operation: str | None = None
    """The work under way, as the previous receipt named it."""


class ShareReceipt(Receipt):
    """Whether the registry has the asset."""

    reference: str | None = None
    """What deployments call it, once it is there."""
    operation: str | None = None
    """The work under way."""
