"""Tells one story while it happens: lines that stay, and on a terminal what is waited for."""

import time
from typing import Self

from rich.console import Console
from rich.text import Text

from local.observing import Row
from local.stories.support.lines import say, short
from local.stories.support.story import Ending, Story
from local.stories.support.words import in_words

_ONLINE = "*online is the deployment and the smoke test of examples/taxi-fare."


class Telling:
    """The steps of a story with numbers, the records below them, and what was checked."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("") if console.is_terminal else None
        self._steps = 0
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def begin(self, story: Story) -> None:
        """What it is about, and the part of the policy that it is about."""
        say(self._console, f"{story.name}: ", story.title, style="bold")
        self._console.print()
        for line in story.route.splitlines():
            # As it stands in the policy: folded, it would be another.
            self._console.print(Text(f"    {line}", style="cyan"), soft_wrap=True)
        if "*online" in story.route:
            self._console.print()
            say(self._console, "    ", _ONLINE, style="dim")
        self._started = time.monotonic()

    def step(self, text: str) -> None:
        self._steps += 1
        self._console.print()
        say(self._console, f"{self._steps}. ", text, style="bold")

    def fact(self, row: Row) -> None:
        seconds = f"{time.monotonic() - self._started:.1f} s"
        say(self._console, f"   {seconds:>7}  ", f"{_subject(row)}{in_words(row)}", style="dim")

    def waiting(self, what: str) -> None:
        if self._status is not None:
            self._status.update(short(self._console, f"until {what}"))

    def met(self, what: str) -> None:
        first, *quoted = what.splitlines()
        say(self._console, "   ✓ ", first, style="green")
        for line in quoted:
            say(self._console, "     │ ", line)

    def ending(self, ending: Ending) -> None:
        """What was not as it should be, if anything was."""
        if surprise := ending.surprise:
            say(self._console, "   ✗ ", surprise.what, style="red")
            say(self._console, "     expected: ", surprise.expected, style="red")
            say(self._console, "     but saw:  ", surprise.seen, style="red")


def _subject(row: Row) -> str:
    """Which version it is about; operators speak of stages."""
    version = row["Properties"].get("version")
    return f"v{version} " if version else ""
