"""What clients get. Their fields are described here, and in the OpenAPI document from here."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from promotion.core.errors import Failure
from promotion.core.status import Status
from promotion.core.verdict import Verdict


class Health(BaseModel):
    """That the app answers."""

    status: Literal["ok"] = "ok"


class Accepted(BaseModel):
    """It has begun, or will; `Location` says where to look."""

    id: str = Field(description="Of the promotion or the operation.")
    url: str = Field(description="Where to look, as in `Location`.")
    by: str | None = Field(None, description="Who decided, as the service knows that person.")


class Summary(BaseModel):
    """One promotion in a list."""

    id: str
    status: Status
    route: str | None = Field(None, description="Missing for a moment after it has been started.")
    model: str | None = None
    version: str | None = None
    actor: str | None = Field(None, description="Who asked for it: `event-grid`, or a name.")
    waiting_for: list[str] = Field(
        [],
        description="What it waits for, or some of its stages: `approval`, `window`, `soak` or "
        "`hold`. Its status is `waiting` when everything that has begun waits.",
    )
    created: datetime
    updated: datetime


class Promotions(BaseModel):
    """A page of promotions, the newest first."""

    promotions: list[Summary]
    next: str | None = Field(None, description="The cursor of the next page, if there is one.")


class StageState(BaseModel):
    """One stage of a promotion."""

    name: str
    way: str = Field(description="How it delivers, for instance `online`.")
    place: str = Field(description="Where to, for people.")
    needs: list[str] = Field([], description="Stages that must have succeeded.")
    status: Status | None = Field(None, description="None while it has not begun.")
    since: str | None = Field(None, description="When it came to this status.")
    waiting_for: str | None = Field(
        None, description="`approval`, `window`, `soak`, `lock` or `hold`."
    )
    reason: str | None = Field(None, description="Why it waits.")
    until: str | None = Field(None, description="Until when it waits at most.")
    approvers: list[str] = Field([], description="Who may decide: people and app roles.")
    failure: Failure | None = Field(None, description="Why it did not succeed.")


class Happening(BaseModel):
    """Something that happened to a promotion."""

    at: datetime
    what: str = Field(
        description="As the audit records call it, without `promotion.`: `copied`, `deployed`."
    )
    stage: str | None = None
    by: str | None = Field(None, description="Who did it, where it was a person.")
    reason: str | None = Field(None, description="Why, or what came of it.")
    details: dict[str, str] = Field({}, description="What matters besides, by its name.")


class PromotionState(Summary):
    """One promotion, with what was found out about it and where each stage is."""

    source: str = Field(description="What the policy calls the source workspace.")
    policy_digest: str = Field(description="Of the policy that its plan was made from.")
    through: str | None = Field(None, description="The last stage, where somebody named one.")
    bypassed: list[str] = Field([], description="Gates that were left out by hand.")
    asset_id: str | None = Field(None, description="The copy in the registry.")
    failure: Failure | None = Field(None, description="Why it did not succeed.")
    verdicts: list[Verdict] = Field([], description="Of the gates, as far as they are known.")
    stages: list[StageState] = []
    timeline: list[Happening] = Field([], description="What happened, the oldest first.")
    truncated: bool = Field(
        False, description="Whether the oldest of the timeline is left out: it has 500 entries."
    )


class OperationState(BaseModel):
    """A hold, its end, or a rollback that somebody asked for."""

    id: str
    kind: Literal["hold", "resume", "roll_back"]
    status: Literal["running", "rolling_back", "succeeded", "rolled_back", "failed"]
    by: str
    reason: str
    route: str | None = None
    stage: str | None = None
    version: str | None = None
    serves: str | None = Field(None, description="The deployment that a rollback let serve.")
    taken_back: list[str] = Field([], description="Promotions whose delivery a rollback took back.")
    failure: Failure | None = None
