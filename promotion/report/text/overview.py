"""The key figures on top of a report, from the answers to the questions."""

from collections.abc import Iterator, Mapping
from typing import Final

from promotion.report.figures import figure
from promotion.report.source import Row
from promotion.report.text.blocks import Cell, Entry, Heading, Table
from promotion.report.text.words import in_words, place, tone

type Answers = Mapping[str, list[Row]]
_STAGES: Final = 3
"""So many have their lead time on top."""


def overview(answers: Answers) -> Table:
    """What is known of them: each figure needs its own answer."""
    found = {
        "Promotions": _promotions(answers.get("promotions-by-outcome")),
        "Waiting now": _waiting(answers.get("waiting-now")),
        "Lead time, median": _lead_times(answers.get("lead-time")),
        "Change failures": _failures(answers.get("four-keys")),
    }
    known = ((name, cell) for name, cell in found.items() if cell is not None)
    return Table(
        (Heading("", whole=True), Heading("")),
        tuple(Entry((Cell(name, "dim"), cell)) for name, cell in known),
    )


def _promotions(rows: list[Row] | None) -> Cell | None:
    if rows is None:
        return None
    sums: dict[str, int] = {}
    for row in rows:
        sums[row["outcome"]] = sums.get(row["outcome"], 0) + row["promotions"]
    each = sorted(sums.items(), key=lambda pair: -pair[1])
    words = ", ".join(f"{count:,} {in_words(name)}" for name, count in each)
    return Cell(f"{sum(sums.values()):,}{': ' if words else ''}{words}")


def _waiting(rows: list[Row] | None) -> Cell | None:
    if rows is None:
        return None
    waits = [row["waited_s"] for row in rows if row.get("waited_s") is not None]
    longest = f", the longest for {figure(max(waits), 'seconds')}" if waits else ""
    return Cell(f"{len(rows):,}{longest}", "wait" if rows else "")


def _lead_times(rows: list[Row] | None) -> Cell | None:
    if not rows:
        return None
    # Medians cannot be put together: those of the stages that take longest.
    known = sorted(
        (row for row in rows if row.get("p50_s") is not None), key=lambda row: -row["p50_s"]
    )
    told = [f"{figure(row['p50_s'], 'seconds')} to {place(row).text}" for row in known[:_STAGES]]
    return Cell("; ".join([*told, *_more(len(known) - _STAGES)])) if told else None


def _failures(rows: list[Row] | None) -> Cell | None:
    if not rows:
        return None
    failures = sum(row["change_failures"] for row in rows)
    deployments = sum(row["deployments"] for row in rows)
    rate = figure(100 * failures / deployments, "percent") if deployments else "none"
    words = f"{rate}, {failures:,} of {deployments:,} deliveries"
    return Cell(words, tone("failed") if failures else "")


def _more(count: int) -> Iterator[str]:
    if count > 0:
        yield f"{count} more are faster"
