"""A source that says what a test told it."""

from dataclasses import dataclass, field

from promotion.core.errors import PromotionError
from promotion.report.queries import Query
from promotion.report.source import Row, Wanted


@dataclass
class Told:
    """Answers with those rows, by the query's name."""

    answers: dict[str, list[Row]] = field(default_factory=dict)
    trouble: Exception | None = None
    asked: list[tuple[str, Wanted]] = field(default_factory=list)
    title: str = "a test"

    def ask(self, query: Query, wanted: Wanted) -> list[Row]:
        """Or raises the trouble."""
        self.asked.append((query.name, wanted))
        if self.trouble:
            raise self.trouble
        return self.answers.get(query.name, [])


def gone() -> PromotionError:
    """What a source raises that cannot be read."""
    return PromotionError("It is gone.", remedy="Bring it back.", code="Gone")
