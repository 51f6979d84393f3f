"""What people decide about a promotion that waits for approval, and what comes of it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from promotion.core.value import Value


class Decision(Value):
    """What one person decided about one stage of one promotion."""

    who: str = Field(min_length=1)
    """The name that the identity provider gives the person: the user principal name."""
    also: tuple[str, ...] = ()
    """Other names of the same person, such as the display name or the object id. Azure ML may
    know who registered a model by one of these."""
    roles: tuple[str, ...] = ()
    """The app roles of the person at that moment."""
    decision: Literal["approve", "reject"]
    comment: str = ""
    at: datetime

    def is_by(self, name: str | None) -> bool:
        """Whether ``name`` is one of this person's names, however it is capitalised."""
        return name is not None and name.casefold() in map(str.casefold, (self.who, *self.also))


class Origin(Value):
    """Who stands behind a promotion: approving it is for somebody else."""

    registrant: str | None = None
    """Who registered the model version; None when that is not known."""
    requester: str | None = None
    """Who asked for the promotion; None when no person did, but the registration itself."""


class Reply(Value):
    """What one decision is answered with."""

    accepted: bool
    reason: str
    remedy: str | None = None
    """What to do about a refusal."""


class Standing(Value):
    """Where an approval stands."""

    status: Literal["waiting", "approved", "rejected"]
    by: tuple[str, ...] = ()
    """Who has approved so far, in the order of the decisions; or who rejected."""
    missing: int = 0
    """How many more approvals it takes."""
    reason: str

    @property
    def decided(self) -> bool:
        """Whether nothing that is decided later can change it."""
        return self.status != "waiting"
