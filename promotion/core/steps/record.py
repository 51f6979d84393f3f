"""The order that writes into the audit trail."""

from datetime import timedelta

from promotion.core.errors import Failure
from promotion.core.steps.base import Order, Receipt


class RecordOrder(Order):
    """Write one fact into the audit trail."""

    activity = "record"

    name: str
    failure: Failure | None = None
    duration: timedelta | None = None
    details: dict[str, str] = {}


class RecordReceipt(Receipt):
    """What was written down: a history on Azure keeps receipts of activities, not their orders."""

    name: str = ""
    failure: Failure | None = None
    details: dict[str, str] = {}
