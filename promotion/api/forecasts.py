"""What clients get of POST /plans: what would become of a version, and why."""

from datetime import datetime

from pydantic import BaseModel, Field

from promotion.core.status import Status
from promotion.core.verdict import Verdict


class Doing(BaseModel):
    """One thing that would be done."""

    verb: str = Field(description="For instance `deploy`.")
    what: str = Field(description="The rest of the sentence.")


class CandidateSummary(BaseModel):
    """The version as it is registered now."""

    model: str
    version: str
    workspace: str = Field(description="Where it is registered, by its name in the policy.")
    registered_by: str | None = None
    registered_at: datetime | None = None
    run: str | None = Field(None, description="The run that made it.")
    job_status: str | None = Field(None, description="Of the job that made it.")


class StageForecast(BaseModel):
    """What would be done at one stage."""

    name: str
    way: str = Field(description="How it delivers, for instance `online`.")
    place: str = Field(description="Where to, for people.")
    needs: list[str] = Field([], description="Stages that must have succeeded.")
    waits: list[str] = Field([], description="What it would wait for, in words.")
    doing: list[Doing] = Field([], description="Step by step.")
    verdicts: list[Verdict] = Field(
        [], description="Of the gates of the stage, as they would be answered now."
    )


class RouteForecast(BaseModel):
    """What one route would do with the version."""

    route: str
    unwanted: str | None = Field(
        None, description="Why the route does not want it; then there is nothing else."
    )
    ending: str | None = Field(
        None, description="What would become of it, for instance `would be promoted`."
    )
    promotes: bool = Field(
        False, description="Whether it would go all the way as things stand; waits do not count."
    )
    id: str | None = Field(None, description="The promotion that it would be, or is.")
    current: Status | None = Field(
        None, description="The status of that promotion, if there is one already."
    )
    verdicts: list[Verdict] = Field([], description="Of the gates of the route.")
    missing: list[str] = Field(
        [], description="What its files name and the source workspace does not have."
    )
    before: list[Doing] = Field([], description="What would be done before its stages: the copy.")
    stages: list[StageForecast] = []


class Forecast(BaseModel):
    """What would become of a version by the policy in force; nothing was changed."""

    candidate: CandidateSummary
    policy_digest: str = Field(description="Of the policy in force.")
    routes: list[RouteForecast] = Field(
        description="The route that was named, or every route of the policy."
    )
