"""What people decide about a promotion that waits for approval, and what comes of it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from promotion.core.value import Value
from promotion.core.waits.people import forms, is_display_name, plain


class Decision(Value):
    """What one person decided about one stage of one promotion."""

    who: str = Field(min_length=1)
    """The name that the identity provider gives the person: the user principal name."""
    also: tuple[str, ...] = ()
    """Other user names of the same person, and the object id. Azure ML may know who registered a
    model by one of these."""
    object_id: str | None = None
    """The same whatever the person's user name is, or becomes."""
    display_name: str | None = None
    """As people see it; Azure ML may know who registered a model by that alone."""
    roles: tuple[str, ...] = ()
    """The app roles of the person at that moment."""
    decision: Literal["approve", "reject"]
    comment: str = ""
    at: datetime

    @property
    def ids(self) -> frozenset[str]:
        """The names that nobody else has."""
        own = (self.who, *self.also, self.object_id)
        return frozenset(form for name in own if name for form in forms(name))

    def is_by(self, name: str | None) -> bool:
        """Whether ``name`` is one of this person's names, however it is spelled."""
        if name is None:
            return False
        shown = {plain(self.display_name)} if self.display_name else set()
        return not forms(name).isdisjoint(self.ids | shown)

    def may_be_by(self, name: str) -> bool:
        """Whether it cannot be told that ``name`` is somebody else: they have no kind of name in
        common."""
        if "@" in name:
            return not any("@" in one for one in self.ids)
        if is_display_name(name):
            return self.display_name is None and not any(map(is_display_name, self.also))
        return self.object_id is None


class Origin(Value):
    """Who stands behind a promotion: approving it is for somebody else."""

    registrant: str | None = None
    """Who registered the model version; None when that is not known."""
    by_application: bool = False
    """Whether that is an application, which nobody is who decides."""
    requester: str | None = None
    """Who asked for the promotion; None when no person did, but the registration itself."""
    requester_also: tuple[str, ...] = ()
    """Other user names of that person, and the object id."""

    def is_requested_by(self, decision: Decision) -> bool:
        """Whether who decides is who asked for it, under whatever name."""
        names = (self.requester, *self.requester_also)
        return not decision.ids.isdisjoint(form for name in names if name for form in forms(name))


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
