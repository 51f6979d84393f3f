"""The order that registers a version in a workspace."""

from typing import Literal

from promotion.core.references import WorkspaceRef
from promotion.core.steps.base import Order, Receipt


class RegisterOrder(Order):
    """Register exactly this version in the workspace, from the registry's copy."""

    activity = "register_model"

    workspace: WorkspaceRef
    asset_id: str
    """The copy in the registry."""
    tags: dict[str, str] = {}
    """What the policy wants on it."""


class RegisterReceipt(Receipt):
    """The version is registered."""

    model_id: str
    """Its Azure Resource Manager id."""
    how: Literal["found", "reference", "copy"]
    """It was there, or names the registry's files, or has a copy of them."""
