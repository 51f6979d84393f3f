"""One promotion, in the order in which people ask: how is it, why, what now, what happened."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from promotion.cli.client import Json
from promotion.cli.happenings import asset_of, days, timed, told
from promotion.cli.printing import safe
from promotion.cli.states import (
    approve_command,
    coloured,
    is_held,
    name_of,
    resume_command,
    verb,
    wait_in_words,
    waiting_in,
)
from promotion.cli.tables import a_grid
from promotion.cli.times import ago

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text


def details(promotion: Json, now: datetime) -> "Iterator[RenderableType]":
    """Part by part, for ``printing.show``."""
    yield headline(promotion)
    yield from reasons(promotion)
    yield safe("")
    yield _facts(promotion, now)
    if verdicts := promotion.get("verdicts"):
        yield from _part("Gates", verdicts_grid(verdicts))
    if stages := promotion.get("stages"):
        yield from _part("Stages", stages_grid(stages, now))
    if timeline := promotion.get("timeline"):
        truncated = bool(promotion.get("truncated"))
        yield from _part(f"What happened {days(timeline)}", _timeline(timeline, truncated))


def headline(promotion: Json) -> "Text":
    """What it is about, and how it is."""
    status = promotion["status"]
    return safe(name_of(promotion), style="bold") + safe(f" {verb(status)} ") + coloured(status)


def reasons(promotion: Json) -> "Iterator[RenderableType]":
    """Why it is as it is, and what to do about it."""
    if failure := promotion.get("failure"):
        yield from indented(failure["reason"], failure.get("remedy"))
    for stage in waiting_in(promotion):
        yield from indented(f"{stage['name']} {wait_in_words(stage)}")
        if stage["waiting_for"] == "approval":
            yield from indented(approve_command(promotion, stage))
        elif is_held(stage):
            command = resume_command(str(promotion.get("route")), stage["name"])
            yield from indented(f"{command} (--everything, if everything is held)")


def indented(*shown: "RenderableType | None") -> "Iterator[RenderableType]":
    """A little to the right, if there is anything; texts are somebody's."""
    from rich.padding import Padding

    for one in shown:
        if one is not None and getattr(one, "row_count", True):
            yield Padding(safe(one) if isinstance(one, str) else one, (0, 0, 0, 2), expand=False)


def _part(heading: str, shown: "RenderableType") -> "Iterator[RenderableType]":
    yield safe("")
    yield safe(heading, style="bold")
    yield from indented(shown)


def _facts(promotion: Json, now: datetime) -> "RenderableType":
    by = promotion.get("actor") or "not known"
    bypassed = ", ".join(promotion.get("bypassed") or [])
    grid = a_grid(2)
    for name, fact in (
        ("id", promotion["id"]),
        ("route", f"{promotion.get('route')}, from {promotion.get('source')}"),
        ("asked by", f"{by}, {ago(promotion.get('created'), now)}"),
        ("left out", bypassed),
        ("registry", asset_of(promotion)),
    ):
        if fact:
            grid.add_row(safe(name, style="dim"), safe(fact))
    return grid


def verdicts_grid(verdicts: Sequence[Json], first: int = 0) -> "RenderableType":
    """What each gate says, with what to do where it did not pass."""
    grid = a_grid(2, first=first)
    for one in verdicts:
        passed = one["outcome"] == "passed"
        warning = " (warning only)" if one.get("mode") == "warn" and not passed else ""
        grid.add_row(coloured(one["outcome"]), safe(f"{one['gate']}: {one['reason']}{warning}"))
        if one.get("remedy") and not passed:
            grid.add_row("", safe(one["remedy"]))
    return grid


def stages_grid(stages: Sequence[Json], now: datetime) -> "RenderableType":
    """Where each stage is."""
    grid = a_grid(4, whole=2)
    for one in stages:
        place = f"{one.get('way')}: {one.get('place')}"
        since = ago(one.get("since"), now) if one.get("status") else _after(one)
        grid.add_row(safe(one["name"]), coloured(one.get("status")), safe(place), safe(since))
        if failure := one.get("failure"):
            grid.add_row("", "", safe(failure["reason"]))
    return grid


def _after(stage: Json) -> str:
    return f"after {' and '.join(stage['needs'])}" if stage.get("needs") else ""


def _timeline(happenings: Sequence[Json], truncated: bool) -> "RenderableType":
    grid = a_grid(3, whole=2)
    if truncated:
        grid.add_row("", "", "what was before is left out")
    for time, one in timed(happenings):
        grid.add_row(safe(time), safe(one.get("stage") or ""), safe(told(one)))
    return grid
