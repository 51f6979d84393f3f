"""Where a stage delivers: it says that it is there, and hears whether that is held."""

from typing import Any

from durabletask.entities import EntityInstanceId

from promotion.core.holding import EVERYTHING, Guard
from promotion.orchestrators.attention import Attention
from promotion.orchestrators.work import Steps, Work


def guard(name: str) -> EntityInstanceId:
    """Who knows whether what is called so is held, and who is there."""
    return EntityInstanceId("guard", name)


class Place:
    """What a hold can stop, from one stage's view: its own place, and everything."""

    def __init__(self, work: Work, attention: Attention, name: str) -> None:
        self._ctx = work.ctx
        self._attention = attention
        self._names = (name, EVERYTHING)
        self._here = False

    def come(self) -> Steps[None]:
        """From now on holds are told to this orchestration; the ones in force are noted."""
        self._here = True
        for name in self._names:
            found = yield self._ctx.call_entity(guard(name), "come", self._ctx.instance_id)
            self._note(name, found)

    def begin(self, what: str) -> Steps[bool]:
        """Whether it delivers now: not where somebody has held the place just before.

        The guard decides, so that whoever rolls back there knows of every delivery.
        """
        told = {"instance": self._ctx.instance_id, "what": what}
        place = self._names[0]
        return not self._note(place, (yield self._ctx.call_entity(guard(place), "begin", told)))

    def _note(self, name: str, found: Any) -> bool:
        """Whether that is held, as its guard says."""
        there = Guard.model_validate(found or {})
        if there.hold is None:
            return False
        told = {"where": name, "change": there.changes, **there.hold.to_json()}
        self._attention.holds.note(told, held=True)
        return True

    def leave(self) -> None:
        """Holds no longer concern it."""
        if self._here:
            for name in self._names:
                self._ctx.signal_entity(guard(name), "leave", self._ctx.instance_id)
