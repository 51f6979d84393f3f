"""What the report calls things, and what it says where there is nothing."""

from typing import Final

from promotion.report.source import Row
from promotion.report.text.blocks import Cell, Tone

NOTHING: Final = {
    "promotions-by-outcome": "No promotion began or ended.",
    "promotions": "There was no promotion.",
    "waiting-now": "Nothing waits.",
    "what-serves": "Nothing serves, as far as the records tell.",
    "lead-time": "No stage began to serve a version.",
    "where-the-time-goes": "No promotion took any time.",
    "four-keys": "Nothing was delivered.",
    "refusals": "No gate refused a version.",
    "rollbacks": "Nothing was rolled back.",
    "failures": "Nothing failed.",
    "decisions": "Nobody decided anything.",
    "duplicates-and-ignored": "No event came twice, or concerned nobody.",
    "intake-delay": "No registration started a promotion.",
    "timeline": "The records have nothing of that promotion.",
}
"""By query, for an answer without rows."""

_LONGEST: Final = 400
"""Characters of a text; --json has all of it."""
_TONES: Final[dict[str, Tone]] = {
    "succeeded": "good",
    "passed": "good",
    "Completed": "good",
    "approved": "good",
    "resumed": "good",
    "under_way": "wait",
    "waiting": "wait",
    "inconclusive": "wait",
    "held": "wait",
    "bypassed": "wait",
    "rejected": "bad",
    "rollback_failed": "bad",
    "approval_rejected": "bad",
    "failed": "bad",
    "error": "bad",
    "rolled_back": "bad",
    "rolled_back_later": "bad",
    "cancelled": "dim",
    "superseded": "dim",
}


def in_words(name: object) -> str:
    """As it is written in a sentence."""
    return str(name or "").replace("_", " ")


def tone(name: object) -> Tone:
    """How that outcome is meant."""
    return _TONES.get(str(name), "")


def toned(name: object) -> Cell:
    """An outcome with its tone."""
    return Cell(in_words(name), tone(name))


def place(row: Row) -> Cell:
    """The stage with its route."""
    return Cell("/".join(str(row[key]) for key in ("route", "stage") if row.get(key)))


def version(row: Row) -> Cell:
    """The model with its version."""
    return Cell(":".join(str(row[key]) for key in ("model", "version") if row.get(key)))


def texts(row: Row, *names: str) -> tuple[str, ...]:
    """Those that the row has, each in one line; of a very long one its beginning."""
    found = (" ".join(str(row[name]).split()) for name in names if row.get(name))
    return tuple(one if len(one) <= _LONGEST else f"{one[:_LONGEST]}…" for one in found)
