"""Writes how a promotion ended where the data scientist looks: on the model version."""

from promotion import audit
from promotion.azureml.source_tags import write_tags
from promotion.core.steps.notices import TellReceipt, WriteBackOrder


def write_back(order: WriteBackOrder) -> TellReceipt:
    """Settled once the version says so, or says something that counts more."""
    if write_tags(order.notice):
        workspace = order.notice.source.name
        audit.emit("written_back", order.context, key=order.key, workspace=workspace)
    return TellReceipt()
