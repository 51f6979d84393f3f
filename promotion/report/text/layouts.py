"""For each question the columns that people want to see, in as little room as may be."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from promotion.report.figures import figure, second
from promotion.report.queries import Query
from promotion.report.source import Row
from promotion.report.text.blocks import Cell
from promotion.report.text.columns import Layout, Rows, Shown, outcome, value
from promotion.report.text.words import in_words, place, texts, version


def _about(row: Row) -> Cell:
    what = str(row.get("what") or "")
    if row["decision"] in ("held", "resumed") and row.get("route"):
        what = ""  # an id that the place has already said
    return Cell(" ".join(filter(None, (place(row).text, version(row).text, what))))


def _where(row: Row) -> Cell:
    return Cell(" in ".join(dict.fromkeys(texts(row, "place", "workspace"))))


def _step(row: Row) -> Cell:
    took, share = row.get("took_s"), row.get("traffic")
    parts = (
        str(row.get("what") or ""),
        in_words(row.get("outcome")),
        f"{figure(share, 'percent')} of the traffic" if share is not None else "",
        f"took {figure(took, 'seconds')}" if took is not None else "",
        f"by {row['by_whom']}" if row.get("by_whom") else "",
    )
    return Cell(", ".join(filter(None, parts)))


def _with_changes_of_actor(rows: Rows) -> Iterable[Row]:
    """Nearly every step is of whoever began it: only others are named again."""
    first = rows[0].get("by_whom") if rows else None
    for number, row in enumerate(rows):
        yield {**row, "by_whom": None} if number and row.get("by_whom") == first else row


def _longest_first(name: str) -> Callable[[Rows], Iterable[Row]]:
    return lambda rows: sorted(rows, key=lambda row: -(row.get(name) or 0))


STAGE: Final = Shown("STAGE", place)
VERSION: Final = Shown("VERSION", version)
_HALF: Final = partial(value, unit="seconds", heading="HALF IN")
_MOST: Final = partial(value, unit="seconds", heading="95 % IN")
_LAST: Final = value("last_at", "datetime", "LAST")


LAYOUTS: Final = {
    "promotions": Layout(
        (
            value("began", "datetime"),
            value("route", "text"),
            VERSION,
            outcome("outcome", "OUTCOME"),
            value("took_s", "seconds", "TOOK"),
            value("promotion_id", "id", "PROMOTION"),
        ),
    ),
    "waiting-now": Layout(
        (
            outcome("waiting_for", "WAITS FOR"),
            STAGE,
            VERSION,
            value("waited_s", "seconds", "WAITED"),
            value("until", "datetime"),
        ),
        below=("whom", "reason", "promotion_id"),
    ),
    "what-serves": Layout(
        (
            STAGE,
            VERSION,
            value("traffic", "percent"),
            Shown("PLACE", _where),
            value("since", "datetime"),
        )
    ),
    "lead-time": Layout(
        (
            STAGE,
            value("versions", "count"),
            _HALF("p50_s"),
            _MOST("p95_s"),
            value("longest_s", "seconds", "LONGEST"),
        ),
        bars=("p50_s", "p95_s"),
    ),
    "where-the-time-goes": Layout(
        (
            Shown("PHASE", lambda row: Cell(in_words(row["phase"]))),
            value("stage", "text"),
            value("promotions", "count", "COUNT"),
            value("total_s", "seconds", "TOTAL"),
            _HALF("p50_s"),
            _MOST("p95_s"),
        ),
        bars=("total_s",),
        order=_longest_first("total_s"),
    ),
    "four-keys": Layout(
        (
            Shown("WEEK", lambda row: Cell(f"{row['week']:%Y-%m-%d}"), whole=True),
            STAGE,
            value("deployments", "count", "DELIVERED"),
            value("lead_time_p50_s", "seconds", "LEAD TIME"),
            value("change_failure_rate", "percent", "FAILED"),
            value("time_to_restore_p50_s", "seconds", "RESTORED IN"),
        ),
        order=reversed,
    ),
    "refusals": Layout(
        (
            value("gate", "text"),
            STAGE,
            outcome("outcome", "OUTCOME"),
            value("refusals", "count"),
            _LAST,
        ),
        below=("last_reason", "last_remedy", "last_promotion"),
    ),
    "rollbacks": Layout(
        (
            value("rolled_back_at", "datetime", "WHEN"),
            STAGE,
            VERSION,
            Shown("HOW", lambda row: Cell(in_words(row["how"]))),
            value("traffic", "percent"),
        ),
        below=("reason", "remedy", "promotion_id"),
    ),
    "failures": Layout(
        (
            value("code", "text"),
            outcome("what", "STOPPED"),
            value("failures", "count"),
            value("promotions", "count"),
            _LAST,
        ),
        below=("last_reason", "last_remedy", "last_promotion"),
    ),
    "decisions": Layout(
        (
            value("at", "datetime", "WHEN"),
            value("who", "text"),
            outcome("decision", "DECISION"),
            Shown("ABOUT", _about),
        ),
        below=("reason",),
    ),
    "duplicates-and-ignored": Layout(
        (
            value("what", "text"),
            value("deliveries", "count"),
            value("events", "count"),
            value("last_at", "datetime", "LAST"),
        ),
        below=("reason", "last_event"),
    ),
    "intake-delay": Layout(
        (
            Shown("DAY", lambda row: Cell(f"{row['day']:%Y-%m-%d}"), whole=True),
            value("promotions", "count"),
            _HALF("p50_s"),
            _MOST("p95_s"),
            value("longest_s", "seconds", "LONGEST"),
        ),
        bars=("p50_s", "p95_s"),
    ),
    "timeline": Layout(
        (
            Shown("AT", lambda row: Cell(second(row["at"])), whole=True),
            value("after_s", "seconds", "AFTER"),
            value("stage", "text"),
            outcome("fact", "WHAT"),
            Shown("", _step),
        ),
        below=("reason", "remedy"),
        order=_with_changes_of_actor,
    ),
}


def layout_of(query: Query) -> Layout:
    """All its columns, for a query that has no layout of its own."""
    usual = tuple(value(column.name, column.unit) for column in query.columns)
    return LAYOUTS.get(query.name) or Layout(usual)
