"""Wait ``soak``: has the version served long enough at an earlier stage?"""

from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import Field

from promotion.core.policy.duration import Span, in_words
from promotion.core.waits.base import Wait
from promotion.core.waits.zone import in_utc

_SELDOM: Final = timedelta(minutes=5)


class SoakWait(Wait):
    """Has the version served long enough at an earlier stage, with its verification green?

    The time counts from the moment when the version began to serve at that stage. Meanwhile that
    stage's own verification, its smoke test and checks, is asked again every so often, and at the
    end. When it fails the time begins anew. A version that no longer serves there is refused.
    """

    kind: Literal["soak"]
    stage: str = Field(min_length=1, description="Name of an earlier stage of the route.")
    span: Span = Field(alias="for", description="How long it must have served, for instance 2d.")

    every: Span | None = Field(
        default=None,
        description="How often the verification is asked again; a sixth of the time if not "
        "stated, but not more often than every five minutes.",
    )

    @property
    def pause(self) -> timedelta:
        """How long it is until the verification is asked again."""
        return self.every or max(self.span / 6, _SELDOM)

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
