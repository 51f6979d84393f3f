"""`make demo STORY=…`: one story, all of them, or what there is."""

import time
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from local.cloud import ROOT
from local.processes import StartFailed
from local.stories.support.lines import say
from local.stories.support.perform import perform
from local.stories.support.progress import Progress
from local.stories.support.service import Service
from local.stories.support.story import Ending, Story
from local.stories.support.telling import Telling

DIRECTORY: Final = ROOT / ".local" / "stories"
_INTRODUCTION: Final = (
    "A team's Azure on this machine: the function app is real, with azure-ai-ml, the Functions "
    "worker and the durable engine; Azure, Event Grid, Azure DevOps and GitHub are stand-ins."
)


def show(console: Console, stories: tuple[Story, ...], wanted: str) -> int:
    """What was asked for; 0 if all is as it should be, 1 if not, 2 if there is no such story."""
    if wanted == "list":
        return _list(console, stories)
    chosen = tuple(story for story in stories if wanted in ("all", story.name))
    if not chosen:
        return _unknown(console, [story.name for story in stories], wanted)
    say(console, "", _INTRODUCTION)
    console.print()
    try:
        with Service(DIRECTORY, chosen) as service:
            return _all(console, service, chosen) if wanted == "all" else _one(console, service)
    except StartFailed as error:
        say(console, "The service could not start: ", str(error), style="red")
        return 1


def _list(console: Console, stories: tuple[Story, ...]) -> int:
    width = max(len(story.name) for story in stories)
    for story in stories:
        say(console, f"{story.name:<{width}}  ", story.title)
    console.print()
    say(console, "", "make demo STORY=canary tells one of them, make demo STORY=all every one.")
    return 0


def _unknown(console: Console, names: list[str], wanted: str) -> int:
    near = get_close_matches(wanted, [*names, "all", "list"], n=1)
    meant = f"; did you mean {near[0]}?" if near else "."
    say(console, "", f"There is no story {wanted!r}{meant}", style="red")
    say(console, "", f"There are {', '.join(names)}.")
    say(console, "", "STORY=list says what each of them shows, STORY=all tells every one.")
    return 2


def _one(console: Console, service: Service) -> int:
    (story,) = service.stories
    with Telling(console) as telling:
        telling.begin(story)
        ending = perform(story, service, telling)
        telling.ending(ending)
    took = f"It ended as it should, after {ending.seconds:.0f} s."
    return _verdict(console, service, not ending.surprise, took, "It did not end as it should.")


def _all(console: Console, service: Service, stories: tuple[Story, ...]) -> int:
    started = time.monotonic()
    endings: list[Ending] = []
    with Progress(console, len(stories)) as progress:
        for story in stories:
            progress.begin(story)
            endings.append(perform(story, service, progress))
            progress.ending(endings[-1])
    console.print(_summary(endings))
    wrong = sum(ending.surprise is not None for ending in endings)
    took = f"All {len(stories)} ended as they should, after {time.monotonic() - started:.0f} s."
    lost = f"{wrong} of {len(stories)} did not end as they should."
    return _verdict(console, service, not wrong, took, lost)


def _verdict(console: Console, service: Service, well: bool, took: str, lost: str) -> int:
    folder = service.directory
    shown = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else Path(folder)
    where = f"Every record is in {shown}/audit.jsonl, the app's log in {shown}/host.log."
    console.print()
    say(console, "", f"{took if well else lost} {where}", style="" if well else "red")
    return 0 if well else 1


def _summary(endings: list[Ending]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Story", no_wrap=True)
    table.add_column("What it shows", overflow="fold")
    table.add_column("Checks", justify="right", no_wrap=True)
    table.add_column("Duration", justify="right", no_wrap=True)
    for ending in endings:
        mark, style = ("✗", "red") if ending.surprise else ("✓", "green")
        told = Text(ending.story.title)
        if ending.surprise:
            told.append(f"\n{ending.surprise}", style="red")
        name = Text.assemble((f"{mark} ", style), ending.story.name)
        table.add_row(name, told, str(ending.checks), f"{ending.seconds:.1f} s")
    return table
