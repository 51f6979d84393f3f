"""What a promotion tells people about."""

from enum import StrEnum
from typing import Final

from promotion.core.status import Status


class Occasion(StrEnum):
    """Why somebody is told something."""

    APPROVAL = "approval"
    """A stage waits for people to decide."""
    REFUSED = "refused"
    """A gate refused the version, or somebody who was asked did."""
    SUCCEEDED = "succeeded"
    ROLLED_BACK = "rolled_back"
    """A stage was taken back, by the service or by hand."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


USUAL: Final = (
    Occasion.APPROVAL,
    Occasion.REFUSED,
    Occasion.SUCCEEDED,
    Occasion.ROLLED_BACK,
    Occasion.FAILED,
)
"""What is told where the policy does not say: not what somebody has just done by hand, nor what
needs nobody to do anything."""

_ENDS: Final = {
    Status.REJECTED: Occasion.REFUSED,
    Status.SUCCEEDED: Occasion.SUCCEEDED,
    Status.ROLLED_BACK: Occasion.ROLLED_BACK,
    Status.FAILED: Occasion.FAILED,
    Status.CANCELLED: Occasion.CANCELLED,
    Status.SUPERSEDED: Occasion.SUPERSEDED,
}


def of_end(status: Status) -> Occasion:
    """What the end of a promotion is told as."""
    return _ENDS[status]
