"""A Log Analytics workspace on this machine, with what stories or tests have recorded."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from promotion.report.queries import queries
from promotion.report.records import Records
from promotion.report.source import Wanted

type Row = dict[str, Any]
"""A record in the shape of AppEvents; or a row of an answer, by its columns."""

ROWS: Final = Path(__file__).parent / "rows"
STORIES: Final = tuple(sorted(path.stem for path in ROWS.glob("*.jsonl")))
_LATER: Final = datetime(2100, 1, 1, tzinfo=UTC)
_REFERENCE: Final = Path(__file__).parents[2] / "docs/reference/audit.md"


class Workspace:
    """What the records tell whoever asks."""

    def __init__(self, records: Iterable[Row], now: datetime = _LATER) -> None:
        """``now`` is when it is asked."""
        self._records = Records(json.dumps(record) for record in records)
        self._now = now

    def ask(self, name: str, **wanted: str) -> list[Row]:
        """The answer of that query, for that route, stage or promotion."""
        return self._records.ask(queries()[name], Wanted(**wanted), self._now)


def recorded(story: str) -> list[Row]:
    """What the real service recorded in that story."""
    text = (ROWS / f"{story}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@cache
def all_recorded() -> tuple[Row, ...]:
    """What it recorded in all stories."""
    return tuple(row for story in STORIES for row in recorded(story))


@cache
def the_recorded_workspace() -> Workspace:
    """A workspace with all stories."""
    return Workspace(all_recorded())


def documented() -> set[str]:
    """Every kind of record that the reference has."""
    text = _REFERENCE.read_text(encoding="utf-8")
    table = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `promotion.")]
    return {name for cell in table for name in re.findall(r"`(promotion\.\w+)`", cell)}
