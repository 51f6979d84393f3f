"""Tells many stories: which one is under way, and how each ended."""

from typing import Self

from rich.console import Console

from local.observing import Row
from local.stories.support.lines import say, short
from local.stories.support.story import Ending, Story


class Progress:
    """On a terminal the step that is under way; elsewhere a line for each story that has ended."""

    def __init__(self, console: Console, count: int) -> None:
        self._console = console
        self._status = console.status("") if console.is_terminal else None
        self._count = count
        self._number = 0
        self._name = ""

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def begin(self, story: Story) -> None:
        self._number += 1
        self._name = story.name

    def step(self, text: str) -> None:
        if self._status is not None:
            told = f"{self._number} of {self._count}  {self._name}: {text}"
            self._status.update(short(self._console, told))

    def fact(self, row: Row) -> None: ...

    def waiting(self, what: str) -> None: ...

    def met(self, what: str) -> None: ...

    def ending(self, ending: Ending) -> None:
        if self._status is None:
            how = "not as it should be" if ending.surprise else "as it should be"
            start = f"{self._number:>2} of {self._count}  "
            say(self._console, start, f"{self._name}: {how} ({ending.seconds:.1f} s)")
