"""A time in which nothing goes on, with the reason."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from promotion.core.waits.zone import earliest, latest

_FORM = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?", re.ASCII)
_DAY = timedelta(days=1)


def _checked(written: str) -> str:
    if _FORM.fullmatch(written) is None:
        raise ValueError(
            "expected a date such as 2026-12-24 or a local time such as 2026-12-24T18:00"
        )
    try:
        year = datetime.fromisoformat(written).year
    except ValueError as error:
        raise ValueError(f"{written} does not exist: {error}") from None
    if not 2000 <= year < 2200:
        raise ValueError(f"{written} is not between the years 2000 and 2199")
    return written


LocalTime = Annotated[
    str,
    AfterValidator(_checked),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_FORM.pattern}$",
            "examples": ["2026-12-24", "2026-12-24T18:00"],
        }
    ),
]
"""A date, or a date and a time, in the time zone of the window."""


class Freeze(BaseModel):
    """A time in which the window stays closed."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, serialize_by_alias=True
    )

    start: LocalTime = Field(
        alias="from", description="When it begins: a date, or a local date and time."
    )
    until: LocalTime = Field(
        description="When it ends: the last day that belongs to it, or a local date and time."
    )
    reason: str = Field(min_length=1, description="Why, for those who have to wait.")

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        begin, end = self._on_the_wall
        if end <= begin:
            raise ValueError(f"until {self.until} does not come after from {self.start}")
        if end - begin > 366 * _DAY:
            raise ValueError(f"from {self.start} until {self.until} is longer than a year")
        return self

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The first moment that belongs to it, and the first that does not any more.

        A beginning or an end that clocks show twice is taken so that the freeze is longer.
        """
        begin, end = self._on_the_wall
        return earliest(begin, zone), latest(end, zone)

    @property
    def in_words(self) -> str:
        """``frozen until 2027-01-02: Christmas``."""
        return f"frozen until {self.until}: {self.reason}"

    @property
    def _on_the_wall(self) -> tuple[datetime, datetime]:
        is_date = len(self.until) == len("2026-12-24")
        end = datetime.fromisoformat(self.until) + (_DAY if is_date else timedelta(0))
        return datetime.fromisoformat(self.start), end
