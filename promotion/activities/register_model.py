"""Registers the version in the workspace of the stage."""

from promotion import audit
from promotion.azureml import registration
from promotion.core.steps.register import RegisterOrder, RegisterReceipt


def register_model(order: RegisterOrder) -> RegisterReceipt:
    """The workspace has exactly this version; another one of its name and number stays."""
    made = registration.register(order)
    audit.emit(
        "registered",
        order.context,
        workspace=order.workspace.name,
        model_id=made.model_id,
        registry_path=order.asset_id,
        how=made.how,
        left_out=", ".join(made.left_out) or None,
    )
    return RegisterReceipt(model_id=made.model_id, how=made.how)
