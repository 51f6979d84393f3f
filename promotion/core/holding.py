"""Holds: where automatic promotion is stopped, and whom that concerns.

The state of a durable entity, one for each endpoint (or other place of delivery) and one for
everything. Pure: given the state and what happens, the new state.
"""

from datetime import datetime
from typing import Final

from promotion.core.value import Value

EVERYTHING: Final = "everything"
"""Name of the hold that stops the whole line."""


class Hold(Value):
    """Why nothing is delivered somewhere, and who said so."""

    by: str
    reason: str
    since: datetime


class Guard(Value):
    """Whether a place is held, and who is there."""

    hold: Hold | None = None
    changes: int = 0
    """How often it was held or let go: of two messages about that, the later one counts."""
    present: tuple[str, ...] = ()
    """Durable ids of the stages that deliver there, or wait because it is held."""
    delivering: dict[str, str] = {}
    """What those of them deliver that have begun, by durable id."""

    def come(self, instance: str) -> "Guard":
        """A stage wants to deliver there; coming twice changes nothing."""
        return self._with(present=(*self._others(instance), instance))

    def begin(self, instance: str, what: str) -> "Guard":
        """It does, unless somebody holds the place."""
        if self.hold is not None:
            return self
        return self._with(delivering={**self.delivering, instance: what})

    def leave(self, instance: str) -> "Guard":
        """It does no more."""
        rest = {one: what for one, what in self.delivering.items() if one != instance}
        return self._with(present=self._others(instance), delivering=rest)

    def held(self, hold: Hold) -> "Guard":
        """Somebody holds it; the first hold stays, so that a second one hides no reason."""
        return self._with(hold=self.hold or hold, changes=self.changes + 1)

    def resumed(self) -> "Guard":
        """Nobody holds it any more."""
        return self._with(hold=None, changes=self.changes + 1)

    def _others(self, instance: str) -> tuple[str, ...]:
        return tuple(one for one in self.present if one != instance)

    def _with(self, **changed: object) -> "Guard":
        return self.model_copy(update=changed)
