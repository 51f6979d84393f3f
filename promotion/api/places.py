"""What clients get of GET /targets: what serves where."""

from datetime import datetime

from pydantic import BaseModel, Field

from promotion.core.errors import Failure


class HoldState(BaseModel):
    """That somebody has stopped deliveries."""

    by: str
    reason: str
    since: datetime


class Serving(BaseModel):
    """A deployment that has traffic, or is the default of a batch endpoint."""

    deployment: str
    percent: int = Field(description="Of the traffic; 100 for the default of a batch endpoint.")
    model: str | None = Field(None, description="None when it was not promoted.")
    version: str | None = None
    promotion_id: str | None = Field(None, description="The promotion that deployed it.")


class Previous(BaseModel):
    """Where a rollback by hand would go to."""

    deployment: str
    model: str | None = Field(None, description="None when it was not promoted.")
    version: str | None = None
    stands: bool = Field(
        description="Whether the deployment stands, so that only the traffic must move."
    )


class TargetState(BaseModel):
    """One stage of one route: what serves there, and whether it is held."""

    route: str
    stage: str
    way: str = Field(description="How it delivers, for instance `online`.")
    workspace: str = Field(description="What the policy calls the workspace.")
    place: str = Field(description="Where to, for people.")
    endpoint: str | None = Field(None, description="None where the way has no endpoint.")
    traffic: dict[str, int] = Field({}, description="Percent by deployment.")
    serving: list[Serving] = Field([], description="The most traffic first.")
    previous: Previous | None = Field(
        None, description="Where a rollback would go to; None when it is not known."
    )
    hold: HoldState | None = Field(None, description="Of this place.")
    delivering: list[str] = Field([], description="Promotions that are being delivered there.")
    problem: Failure | None = Field(
        None, description="Why what serves there is not known: Azure could not be asked."
    )


class Targets(BaseModel):
    """What serves where, by the policy in force."""

    hold: HoldState | None = Field(None, description="Of the whole line.")
    targets: list[TargetState]
