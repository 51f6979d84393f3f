"""Wait ``soak``: has the version served long enough at an earlier stage?"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from promotion.core.policy.duration import Span, in_words
from promotion.core.waits.base import Wait
from promotion.core.waits.zone import in_utc


class SoakWait(Wait):
    """Has the version served long enough at an earlier stage, with its verification green?

    The time counts from the moment when the version began to serve at that stage. A verification
    that fails afterwards starts it again: it counts from when the verification is green once more.
    """

    kind: Literal["soak"]
    stage: str = Field(min_length=1, description="Name of an earlier stage of the route.")
    span: Span = Field(alias="for", description="How long it must have served, for instance 2d.")

    @property
    def label(self) -> str:
        return f"soak {self.stage}"

    @property
    def in_words(self) -> str:
        return f"{in_words(self.span)} of service in {self.stage} with its verification green"

    def until(self, since: datetime) -> datetime:
        """When it is done, in UTC, if the version serves since ``since`` and nothing fails."""
        return in_utc(since) + self.span

    def done(self, since: datetime, now: datetime) -> bool:
        """Whether the version, serving since ``since``, has served long enough."""
        return in_utc(now) >= self.until(since)
