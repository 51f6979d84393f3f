"""Wait ``approval``: have enough people who may say so said that the version may go on?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from promotion.core.policy.duration import Span, in_words
from promotion.core.waits.base import NOT_EMPTY, Wait
from promotion.core.waits.decision import Decision, Origin, Reply, Standing
from promotion.core.waits.people import forms
from promotion.core.waits.zone import in_utc

Approver = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A person, who has an @ in the name, or else an app role."""


class ApprovalWait(Wait):
    """Have enough people who may decide approved the version for this stage?

    A person may decide who is named under `by` or has one of the app roles named there. One
    rejection by such a person rejects the version. While more approvals are missing, a later
    decision of the same person replaces the earlier one; afterwards nothing can be changed.

    Who registered the model, or asked for the promotion, may reject the version but not approve
    it, unless the policy allows that. If it is not known who registered the model, nobody can be
    told apart from that person, and so nobody can approve; nor can whose login has no name of the
    kind by which Azure ML knows who registered it. Names of people are compared without regard to
    upper and lower case; names of app roles must be exact.
    """

    kind: Literal["approval"]
    by: Annotated[tuple[Approver, ...], NOT_EMPTY] = Field(
        default=("Promotion.Approver",),
        json_schema_extra={"minItems": 1},
        description="Who may decide: app roles, and people by their user principal names.",
    )
    quorum: int = Field(default=1, ge=1, description="How many different people must approve.")
    allow_registrant: bool = Field(
        default=False, description="Whether who registered the model may approve it."
    )
    allow_requester: bool = Field(
        default=False, description="Whether who asked for the promotion may approve it."
    )
    time_limit: Span | None = Field(
        default=None, description="How long to wait; without it, for ever."
    )
    on_timeout: Literal["reject", "wait"] = Field(
        default="reject",
        description="After the time limit: reject: refuse the version; wait: say so, and wait on.",
    )
    comment: Literal["required", "optional"] = Field(
        default="optional", description="Whether a decision needs a comment."
    )

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        people = {name.casefold() for name in self.by}
        if all("@" in name for name in self.by) and len(people) < self.quorum:
            named = f"the {len(people)} people" if len(people) > 1 else "the one person"
            raise ValueError(f"a quorum of {self.quorum} cannot be reached by {named} under by")
        return self

    @model_validator(mode="after")
    def _ends_some_time(self) -> Self:
        stated = self.model_fields_set
        # Both are stated where the wait has travelled, even if the policy stated neither.
        alone = "on_timeout" in stated and "time_limit" not in stated
        if self.time_limit is None and (alone or self.on_timeout == "wait"):
            raise ValueError("on_timeout needs a time_limit")
        return self

    @property
    def label(self) -> str:
        return "approval"

    @property
    def in_words(self) -> str:
        within = f" within {in_words(self.time_limit)}" if self.time_limit else ""
        return f"an approval by {self.quorum} of {', '.join(self.by)}{within}"

    def until(self, since: datetime) -> datetime | None:
        """When the time limit of an approval ends that is waited for since ``since``, in UTC."""
        return None if self.time_limit is None else in_utc(since) + self.time_limit

    def standing(self, decisions: Sequence[Decision], origin: Origin) -> Standing:
        """Where the approval stands after ``decisions``, in the order in which they came.

        Decisions that this policy refuses do not count, whoever let them through.
        """
        given: dict[str, Decision] = {}
        standing = self._standing(given)
        for decision in decisions:
            if not standing.decided and self._refusal(decision, origin) is None:
                # One person has one voice, under whatever names.
                others = {n: one for n, one in given.items() if one.ids.isdisjoint(decision.ids)}
                given = others | {decision.who: decision}
                standing = self._standing(given)
        return standing

    def reply(self, decision: Decision, earlier: Sequence[Decision], origin: Origin) -> Reply:
        """Whether ``decision`` counts after the ``earlier`` ones and, if not, what to do."""
        before = self.standing(earlier, origin)
        if before.decided:
            way = "Cancel it" if before.status == "approved" else "Start the promotion again"
            reason = f"This is decided already. {before.reason}"
            return Reply(accepted=False, reason=reason, remedy=f"{way} if it should be otherwise.")
        refusal = self._refusal(decision, origin)
        return refusal or Reply(
            accepted=True, reason=self.standing((*earlier, decision), origin).reason
        )

    def timed_out(self, standing: Standing) -> Standing:
        """Where an approval stands when its time limit has passed and it stood at ``standing``."""
        if standing.decided or self.time_limit is None or self.on_timeout == "wait":
            return standing
        given = f"{self.quorum - standing.missing} of {self.quorum} approvals came"
        reason = f"{given} within {in_words(self.time_limit)}."
        return Standing(status="rejected", missing=standing.missing, reason=reason)

    def _standing(self, given: dict[str, Decision]) -> Standing:
        for one in given.values():
            if one.decision == "reject":
                said = " ".join(one.comment.split())
                reason = f"Rejected by {one.who}: {said}" if said else f"Rejected by {one.who}."
                return Standing(status="rejected", by=(one.who,), reason=reason)
        by = tuple(one.who for one in given.values())
        if len(by) >= self.quorum:
            return Standing(status="approved", by=by, reason=f"Approved by {', '.join(by)}.")
        so_far = f", by {', '.join(by)}" if by else ""
        reason = f"{len(by)} of {self.quorum} approvals given{so_far}; {self._who_may} may decide."
        return Standing(status="waiting", by=by, missing=self.quorum - len(by), reason=reason)

    def _refusal(self, decision: Decision, origin: Origin) -> Reply | None:
        who = decision.who
        if not self._entitles(decision):
            reason = f"{who} may not decide; {self._who_may} may."
            return _refused(reason, f"Ask {self._who_may} to decide.")
        if decision.decision == "approve" and (why := self._not_oneself(decision, origin)):
            return _refused(*why)
        if self.comment == "required" and not decision.comment.strip():
            return _refused("A decision here needs a comment.", "Decide again, with a comment.")
        return None

    def _not_oneself(self, decision: Decision, origin: Origin) -> tuple[str, str] | None:
        """Why this person cannot approve what this person made, and what to do."""
        another = f"Ask somebody else to approve: {self._who_may}."
        if not self.allow_registrant and not origin.by_application:
            if not origin.registrant:
                reason = "It is not known who registered the model, and that person may not approve"
                return f"{reason} it.", "Allow it with allow_registrant, and promote again."
            if decision.is_by(origin.registrant):
                return f"{decision.who} registered the model and may not approve it.", another
            if decision.may_be_by(origin.registrant):
                reason = f"{origin.registrant} registered the model, and it cannot be told whether"
                remedy = f"{another} Or log in so that the token has that kind of name."
                return f"{reason} {decision.who} is the same person.", remedy
        if not self.allow_requester and origin.is_requested_by(decision):
            return f"{decision.who} asked for the promotion and may not approve it.", another
        return None

    def _entitles(self, decision: Decision) -> bool:
        # Apart, so that nobody's name can pass for a role, and no role for a name.
        people = {form for name in self.by if "@" in name for form in forms(name)}
        roles = {name for name in self.by if "@" not in name}
        return not people.isdisjoint(forms(decision.who)) or not roles.isdisjoint(decision.roles)

    @property
    def _who_may(self) -> str:
        return " or ".join(self.by)


def _refused(reason: str, remedy: str) -> Reply:
    return Reply(accepted=False, reason=reason, remedy=remedy)
