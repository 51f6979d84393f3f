"""What clients send. Their fields are described here, and in the OpenAPI document from here."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from promotion.core.status import Status

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$")]
"""What Azure ML takes as the name or the version of an asset."""
Word = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Text = Annotated[
    str,
    # The pattern for those who read the document: a text of spaces is none.
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000, pattern=r"\S"),
]


class Body(BaseModel):
    """A request body: only the fields that it names."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WithReason(Body):
    """Something that is to be done, and why."""

    reason: Text = Field(description="Why: it stands in the audit trail.")


class Wish(Body):
    """Which version is to go where."""

    model: Name = Field(description="Name of the model.")
    version: Name = Field(description="Version of the model.")
    route: Word | None = Field(
        None,
        description="Route of the policy. Without it, the only one that wants the model; what "
        "`when` of a route says counts only for events.",
    )
    workspace: Word | None = Field(
        None,
        description="Where the model is registered, by its name in the policy. Without it, the "
        "first one of the route.",
    )
    through: Word | None = Field(
        None, description="The last stage: no stage that comes after it is begun."
    )
    bypass: list[Word] = Field(
        [],
        max_length=50,
        description="Gates to leave out, by the names that verdicts give them. Takes the app "
        "role Promotion.Breakglass, and stands in every record of the promotion.",
    )


class Submission(Wish, WithReason):
    """Promote a model version by hand; the same gates are asked as ever."""


class PlanRequest(Wish):
    """Say what would become of a version, without doing anything."""

    route: Word | None = Field(
        None,
        description="Route of the policy, as if the version were promoted on it by hand. Without "
        "it, every route, as if the version were registered now: those that do not want it say "
        "why.",
    )
    workspace: Word | None = Field(
        None,
        description="Where the model is registered, by its name in the policy. Without it, the "
        "first one of the route; without a route, the only one that routes take models from.",
    )
    through: Word | None = Field(
        None, description="The last stage: no stage that comes after it is shown."
    )
    bypass: list[Word] = Field(
        [],
        max_length=50,
        description="Gates to leave out, by the names that verdicts give them. To look takes no "
        "role of its own; to promote like this does.",
    )


class Decision(Body):
    """What the caller decides about a version that waits for approval."""

    stage: Word = Field(description="The stage that waits.")
    decision: Literal["approve", "reject"]
    comment: Annotated[str, StringConstraints(max_length=2_000)] = Field(
        "", description="Stands in the audit trail; a policy may require it."
    )


class RollbackRequest(WithReason):
    """Bring an earlier version back into service."""

    version: Name | None = Field(
        None, description="The version that is to serve; without it, the one that served before."
    )


class TargetFilters(BaseModel):
    """Which targets to list: query parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    route: Word | None = Field(None, description="Only those of this route.")


class Filters(BaseModel):
    """Which promotions to list: query parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    route: Word | None = Field(None, description="Only those on this route.")
    model: Word | None = Field(None, description="Only those of this model.")
    status: Status | None = Field(None, description="Only those with this status.")
    since: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        None,
        description="Only those that began at this time (ISO 8601) or later. Without it, those "
        "of the last 30 days; with a `status` that is not an end, such as waiting, all that have "
        "not ended, whenever they began.",
    )
    limit: int = Field(50, ge=1, le=200, description="At most so many on a page.")
    cursor: Annotated[str, StringConstraints(max_length=400)] | None = Field(
        None, description="`next` of the page before."
    )
