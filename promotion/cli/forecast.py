"""What ``plan`` shows: the version, then what each route would do with it and why."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from promotion.cli.client import Json
from promotion.cli.details import indented, verdicts_grid
from promotion.cli.printing import safe
from promotion.cli.states import in_words
from promotion.cli.tables import a_grid
from promotion.cli.times import clock

if TYPE_CHECKING:
    from rich.console import RenderableType

_WIDTH: Final = 12
"""Of verbs and outcomes, the longest of which is inconclusive."""


def forecast(found: Json) -> "Iterator[RenderableType]":
    """Part by part, for ``printing.show``."""
    yield from _candidate(found["candidate"])
    for route in found["routes"]:
        yield safe("")
        yield from _route(route)


def _candidate(one: Json) -> "Iterator[RenderableType]":
    yield safe(f"{one['model']}:{one['version']}", style="bold") + safe(f" in {one['workspace']}")
    if one.get("registered_at"):
        by = f" by {one['registered_by']}" if one.get("registered_by") else ""
        yield from indented(f"registered {clock(one['registered_at'])}{by}")
    if one.get("run"):
        status = f", {one['job_status']}" if one.get("job_status") else ""
        yield from indented(f"made by {one['run']}{status}")


def _route(route: Json) -> "Iterator[RenderableType]":
    name = safe(f"route {route['route']}", style="bold")
    if route.get("unwanted") is not None:
        yield name + safe(f": does not want it, because {route['unwanted']}")
        return
    style = "green" if route.get("promotes") else "red"
    yield name + safe(": ") + safe(route.get("ending") or "not known", style=style)
    if route.get("current"):
        yield from indented(f"{route['id']} is {in_words(route['current'])}")
    yield from indented(verdicts_grid(route.get("verdicts") or [], _WIDTH))
    for what in route.get("missing") or []:
        yield from indented(safe(f"missing: {what}", style="red"))
    if any(one["outcome"] != "passed" and one["mode"] == "enforce" for one in route["verdicts"]):
        return  # it would not get that far
    yield from indented(_steps(route.get("before") or []))
    before: list[str] = []
    for stage in route.get("stages") or []:
        yield from _stage(stage, before)
        before = [stage["name"]]


def _stage(stage: Json, before: list[str]) -> "Iterator[RenderableType]":
    needs = stage.get("needs") or []
    after = f", after {' and '.join(needs) or 'the copy'}" if needs != before else ""
    yield safe("")
    yield from indented(safe(f"stage {stage['name']}{after}", style="bold"))
    yield from indented(verdicts_grid(stage.get("verdicts") or [], _WIDTH))
    waits = [{"verb": "wait", "what": f"for {wait}"} for wait in stage.get("waits") or []]
    yield from indented(_steps([*waits, *(stage.get("doing") or [])]))


def _steps(doing: list[Json]) -> "RenderableType":
    grid = a_grid(2, first=_WIDTH)
    for one in doing:
        grid.add_row(safe(one["verb"], style="cyan"), safe(one["what"]))
    return grid
