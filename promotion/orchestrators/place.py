"""Where a stage delivers: it says that it is there, and hears whether that is held."""

from durabletask.entities import EntityInstanceId

from promotion.core.holding import EVERYTHING
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
            if hold := (found or {}).get("hold"):
                self._attention.hold(name, hold)

    def begin(self, what: str) -> None:
        """It delivers now."""
        told = {"instance": self._ctx.instance_id, "what": what}
        self._ctx.signal_entity(guard(self._names[0]), "begin", told)

    def leave(self) -> None:
        """Holds no longer concern it."""
        if self._here:
            for name in self._names:
                self._ctx.signal_entity(guard(name), "leave", self._ctx.instance_id)
