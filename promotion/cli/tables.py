"""Lists as tables without lines, so that grep and awk can read them, too."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from promotion.cli.client import Json
from promotion.cli.printing import safe
from promotion.cli.states import in_words, name_of, styled
from promotion.cli.times import ago

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text


def a_table(*headings: str, whole: int = 1) -> "Table":
    """An empty table; its first ``whole`` columns are never folded: people copy them."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for number, heading in enumerate(headings):
        table.add_column(heading, no_wrap=number < whole, overflow="fold")
    return table


def a_grid(columns: int, whole: int = 1, first: int = 0) -> "Table":
    """The same without headings; its first column has at least ``first`` characters."""
    from rich.table import Table

    # Without pad_edge rich takes the padding of an empty last column from the others.
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=True)
    for number in range(columns):
        least = first if number == 0 else None
        table.add_column(no_wrap=number < whole, overflow="fold", min_width=least)
    return table


def promotions_table(promotions: Sequence[Json], now: datetime) -> "Table":
    """One line for each promotion."""
    table = a_table("ID", "STATUS", "MODEL", "ASKED BY", "BEGAN", whole=2)
    for one in promotions:
        table.add_row(
            safe(one["id"]),
            _status(one),
            safe(name_of(one) if one.get("model") else ""),
            safe(one.get("actor") or ""),
            safe(ago(one.get("created"), now)),
        )
    return table


def _status(promotion: Json) -> "Text":
    waits = ", ".join(map(in_words, promotion.get("waiting_for") or []))
    status, style = in_words(promotion["status"]), styled(promotion["status"])
    # Stages side by side: one may wait for somebody while another is busy.
    joint = ": " if promotion["status"] == "waiting" else ", and waits: "
    return safe(f"{status}{joint}{waits}" if waits else status, style=style)


def targets_table(targets: Sequence[Json], now: datetime) -> "Table":
    """One line for each stage of each route."""
    table = a_table("ROUTE", "STAGE", "SERVES", "BEFORE", "PLACE", "NOW", whole=2)
    for one in targets:
        table.add_row(
            safe(one["route"]),
            safe(one["stage"]),
            _serving(one),
            safe(_previous(one)),
            safe(_place(one)),
            _now(one, now),
        )
    return table


def _place(target: Json) -> str:
    return f"{target.get('endpoint') or target['place']} in {target['workspace']}"


def _serving(target: Json) -> "Text":
    if target.get("problem"):
        return safe("not known", style="yellow")
    shown = [
        f"{_version(one)} {one['percent']} %" if one["percent"] < 100 else _version(one)
        for one in target.get("serving") or []
    ]
    return safe(", ".join(shown)) if shown else safe("nothing", style="dim")


def _version(serving: Json) -> str:
    model, version = serving.get("model"), serving.get("version")
    return f"{model}:{version}" if model and version else str(serving["deployment"])


def _previous(target: Json) -> str:
    found = target.get("previous")
    return _version(found) if found else ""


def _now(target: Json, now: datetime) -> "Text":
    shown = []
    if hold := target.get("hold"):
        shown.append(safe(hold_in_words(hold, now), style="red"))
    if delivering := target.get("delivering"):
        shown.append(safe(f"delivering {', '.join(delivering)}"))
    if failure := target.get("problem"):
        shown.append(safe(failure["reason"], style="yellow"))
    return safe("; ").join(shown)


def hold_in_words(hold: Json, now: datetime) -> str:
    """Who stopped deliveries, when, and why."""
    return f"held by {hold['by']} {ago(hold['since'], now)}: {hold['reason']}"
