"""A promotion that is followed: what is drawn on a terminal, what is told as lines elsewhere."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from promotion.cli.client import Json
from promotion.cli.happenings import told
from promotion.cli.printing import safe
from promotion.cli.states import (
    ENDS,
    approve_command,
    awaiting_approval,
    coloured,
    in_words,
    name_of,
    verb,
    wait_in_words,
    waiting_in,
)
from promotion.cli.tables import a_grid
from promotion.cli.times import ago, moment, time_of_day

if TYPE_CHECKING:
    from rich.console import RenderableType


def drawn(promotion: Json, now: datetime, trouble: str | None = None) -> "RenderableType":
    """The promotion as it is now; what moves has a spinner."""
    from rich.console import Group
    from rich.padding import Padding

    from promotion.cli.details import headline, reasons

    grid = a_grid(4, whole=3)
    for stage in promotion.get("stages") or []:
        status = stage.get("status")
        moves = bool(status) and status not in ENDS and status != "waiting"
        since = ago(stage.get("since"), now) if status else ""
        grid.add_row(_mark(str(status), moves), safe(stage["name"]), coloured(status), safe(since))
    shown = (headline(promotion), Padding(grid, (0, 0, 0, 2)), *reasons(promotion))
    timeline = promotion.get("timeline") or []
    latest = [safe(f"  {told(timeline[-1])}", style="dim")] if timeline else []
    if promotion["status"] not in ENDS:
        shown = (*shown, *latest)
    away = [safe(trouble, style="yellow")] if trouble else []
    return Group(*shown, *away)


def _mark(status: str, moves: bool) -> "RenderableType":
    from rich.spinner import Spinner

    marks = {"succeeded": "✓", "waiting": "…", "None": " "}
    return Spinner("dots", style="cyan") if moves else safe(marks.get(status, "✗"))


def changes(before: Json | None, after: Json) -> Iterator[str]:
    """A line for each thing that was not known before, with its time."""
    known = {str(one) for one in (before or {}).get("timeline") or []}
    for happening in after.get("timeline") or []:
        if str(happening) not in known:
            at = moment(happening.get("at"))
            place = f"{happening['stage']}: " if happening.get("stage") else ""
            yield f"{time_of_day(at) if at else '':8}  {place}{told(happening)}"
    asked = {stage["name"] for stage in awaiting_approval(before or {})}
    for stage in waiting_in(after):
        if _is_news(before, after, stage):
            yield f"{'':8}  {stage['name']} {wait_in_words(stage)}"
        if stage["waiting_for"] == "approval" and stage["name"] not in asked:
            yield f"{'':8}  {approve_command(after, stage)}"
    if after["status"] in ENDS:
        status = after["status"]
        yield f"{name_of(after)} {verb(status)} {in_words(status)}"
        if failure := after.get("failure"):
            yield from filter(None, (failure["reason"], failure.get("remedy")))


def _is_news(before: Json | None, after: Json, stage: Json) -> bool:
    """Whether it waits otherwise than before, and the timeline does not tell of it."""
    name = stage["name"]
    earlier = {one["name"]: one for one in waiting_in(before or {})}.get(name)
    if earlier is not None and earlier["waiting_for"] == stage["waiting_for"]:
        return bool(earlier.get("reason") != stage.get("reason"))
    told = {one["what"] for one in after.get("timeline") or [] if one.get("stage") == name}
    return not told & {"waiting", "approval_requested"}
