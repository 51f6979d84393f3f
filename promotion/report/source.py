"""Whoever answers the queries: an audit file or a Log Analytics workspace."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isnan
from typing import Any, Protocol

from promotion.report.queries import Query

type Row = dict[str, Any]
"""A row of an answer by its columns: None, str, int, float, or datetime (UTC)."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for; empty and None are everything."""

    route: str = ""
    stage: str = ""
    promotion: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Records of that moment and later are left out."""

    def of(self, query: Query) -> "Wanted":
        """What ``query`` is asked for: one that reaches back has no beginning.

        What waits is not over because it began before somebody cares to look.
        """
        return replace(self, since=None) if query.reaches_back else self

    @property
    def parameters(self) -> dict[str, str]:
        """Of the query."""
        return {"route": self.route, "stage": self.stage, "promotion": self.promotion}


class Source(Protocol):
    """Answers queries; may be asked from several threads at once."""

    @property
    def title(self) -> str:
        """What it is, for people."""

    def ask(self, query: Query, wanted: Wanted) -> list[Row]:
        """The answer, for ``wanted.of(query)``. Raises PromotionError when it cannot be had."""


def plain(value: Any) -> Any:
    """A value as rows have it: NaN, which is Kusto's share of nothing, is None."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None if isinstance(value, float) and isnan(value) else value
