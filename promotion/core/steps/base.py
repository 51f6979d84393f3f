"""Orders and receipts: what an activity is asked to do, and what it did.

Each activity finds its own earlier work and returns the same receipt, so an order may be given
any number of times. A receipt that is not ``settled`` says that Azure is still at work: give the
same order again a little later.
"""

from typing import ClassVar

from promotion.core.context import Context
from promotion.core.value import Value
from promotion.core.ways.base import Target

FAILED = "failed"
"""The one key of an activity's reply that is a Failure instead of a receipt."""


class Task(Value):
    """What an activity is asked to do."""

    activity: ClassVar[str]
    """Name of the activity that carries it out."""


class Order(Task):
    """What is done on behalf of a promotion."""

    context: Context


class Receipt(Value):
    """What every receipt has."""

    settled: bool = True
    """Whether this is done; if not, Azure is still at work on it."""
    note: str | None = None
    """What it waits for, in Azure's own words if there are any."""


class TargetOrder(Order):
    """What every order at a target has."""

    target: Target
