"""What a story's script can do, and what it must find."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from local import taxi
from local.notices.shown import NAMES, lines
from local.observing import Row
from local.stories.support.operator import Operator
from local.stories.support.story import Story, Surprise
from local.stories.support.trail import Trail
from local.stories.support.version import Version
from local.stories.support.words import in_words

if TYPE_CHECKING:
    from local.stories.support.service import Service

PATIENCE: Final = 60.0
"""Seconds after which what has not happened counts as a surprise."""


class Audience(Protocol):
    """Whoever follows a story."""

    def step(self, text: str) -> None: ...
    def fact(self, row: Row) -> None: ...
    def waiting(self, what: str) -> None: ...
    def met(self, what: str) -> None: ...


class Scene:
    """One story under way on the running service."""

    def __init__(self, story: Story, service: "Service", audience: Audience) -> None:
        self.story = story
        self.service = service
        self.azure = service.azure
        self.operator = Operator(self, service.cloud.info)
        self.checks = 0
        """How many expectations were met so far."""
        self._audience = audience
        self._trail = Trail(service.cloud.audit_file)

    # -- what happens

    def say(self, text: str) -> None:
        """Tell what comes next."""
        self._look()
        self._audience.step(text)

    def register(self, training: taxi.Training = taxi.GOOD) -> Version:
        """A data scientist registers what `training` made."""
        number = self.service.scientist.register(training, self.story.name)
        return Version(self, self.story.name, number)

    def register_unheard(self, number: str, by: str = "") -> Version:
        """A version is registered, and its event does not come: `announce` delivers it."""
        self.service.plant_model(self.story.name, number, by)
        return Version(self, self.story.name, number)

    def announce(self, version: Version) -> None:
        """Deliver the event of that version."""
        self.service.deliver_event(version.model, version.number)

    def measure(self, version: Version, requests: int, errors: int = 0) -> None:
        """What Azure Monitor has of the version's deployment from now on, for each minute."""
        own = {"endpoint": self.story.name, "deployment": version.deployment}
        answered = (("200", requests - errors), ("500", errors))
        figures: list[dict[str, Any]] = [
            {
                "metric": "RequestsPerMinute",
                "value": count,
                "dimensions": {"statusCode": status, "statusCodeClass": f"{status[0]}xx"},
                **own,
            }
            for status, count in answered
        ]
        self.azure.control.put("/_emulator/metrics", json={"metrics": figures})

    # -- what must come of it

    def check(self, what: str, seen: object, expected: object) -> None:
        """It must be so."""
        if seen != expected:
            raise Surprise(what, _shown(expected), _shown(seen))
        self.met(f"{what}: {_shown(seen)}")

    def check_says(self, what: str, text: str, part: str) -> None:
        """The text must have that part."""
        if part not in text:
            raise Surprise(what, f"…{part}…", text)
        self.met(f"{what}: {text}")

    def check_arrives(self, side: str, version: Version, occasion: str, *parts: str) -> None:
        """Teams or Slack must be told of that occasion, with all those parts; shows how."""
        until = f"{NAMES[side]} is told"
        shown = self.wait_for(until, lambda: self._notice(side, version, occasion))
        text = "\n".join(shown)
        for part in parts:
            if part not in text:
                raise Surprise(f"what {NAMES[side]} shows", f"…{part}…", text)
        self.met(f"{NAMES[side]} shows:\n{text}")

    def met(self, what: str) -> None:
        """An expectation was met; lines after the first are shown as a quotation."""
        self._look()
        self.checks += 1
        self._audience.met(what)

    def wait_until(self, what: str, condition: Callable[[], bool]) -> None:
        """Wait until it is so; Surprise if that takes too long."""
        self.wait_for(what, lambda: condition() or None)

    def wait_for[T](self, what: str, find: Callable[[], T | None]) -> T:
        """What is found in the end; Surprise if that takes too long."""
        self._audience.waiting(what)
        deadline = time.monotonic() + PATIENCE
        while True:
            self._look()
            found = find()
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise Surprise(what, f"within {PATIENCE:.0f} s", self._last())
            time.sleep(0.02)

    # -- what there is

    def rows(self) -> list[Row]:
        """The story's records so far."""
        self._look()
        return [row for row in self._trail.rows if self._concerns(row)]

    def traffic(self) -> list[dict[str, int]]:
        """Every distribution of the traffic of the story's endpoint so far."""
        return self.azure.traffic(self.story.name)

    def served(self) -> list[str]:
        """Deployments that had all the traffic of the story's endpoint, in order."""
        found = [next(iter(weights)) for weights in self.traffic() if len(weights) == 1]
        return [one for one, last in zip(found, [None, *found], strict=False) if one != last]

    def serving(self) -> dict[str, int]:
        """The traffic of the story's endpoint now, in percent."""
        return self.traffic()[-1]

    def _notice(self, side: str, version: Version, occasion: str) -> list[str] | None:
        """The first message to that side about the version and the occasion, once it is there."""
        for body in self.service.notices.inbox.of(side):
            shown = lines(side, body)
            # The id of the notice stands below everything else.
            mark = next((line for line in shown if f"--notice-{occasion}" in line), "")
            if mark.startswith(f"{version.promotion_id}-"):
                return shown
        return None

    def _look(self) -> None:
        for row in self._trail.read():
            if self._concerns(row):
                self._audience.fact(row)

    def _concerns(self, row: Row) -> bool:
        return bool(row["Properties"].get("route") == self.story.name)

    def _last(self) -> str:
        told = [in_words(row) for row in self.rows()[-3:]]
        return f"these last records: {'; '.join(told)}" if told else "no record at all"


def _shown(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{name} {share} %" for name, share in value.items()) or "nothing"
        case list() | tuple():
            return ", ".join(map(str, value)) or "none"
        case _:
            return str(value)
