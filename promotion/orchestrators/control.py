"""What people may say to a delivery under way: wait, go on, stop."""

from datetime import datetime

from promotion.core.status import Status
from promotion.orchestrators.events import CANCEL, HOLD, RESUME, TAKE_BACK, Ears, Holds, Stopped
from promotion.orchestrators.work import Steps, Work


class Cancellation:
    """Listens on behalf of a promotion that has no stage under way."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.ears = Ears(work.ctx, (CANCEL,))

    def rest(self, until: datetime) -> Steps[None]:
        """Wait until then. Raises Stopped."""
        while self._work.now < until:
            yield from self.ears.wait(until)
            yield from self.checkpoint()

    def checkpoint(self) -> Steps[None]:
        """Go on. Raises Stopped."""
        come, told = self.ears.take(CANCEL)
        if come:
            raise Stopped(Status.CANCELLED, told)
        yield from ()


class Control:
    """Listens on behalf of a delivery; it parks, and goes on, where that is safe."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._ears = Ears(work.ctx, (CANCEL, TAKE_BACK, HOLD, RESUME))
        self._holds = Holds()
        self.stop: Stopped | None = None
        """Who has stopped it, once somebody has."""

    def rest(self, until: datetime) -> Steps[None]:
        """Wait until then. Raises Stopped, but not while something is being taken back."""
        while self._work.now < until:
            yield from self._ears.wait(until)
            self._hear()

    def checkpoint(self) -> Steps[None]:
        """Go on, or park as long as somebody holds the place. Raises Stopped.

        Called where nothing is half done: a parked delivery makes no requests, and changes
        nothing of what it finds.
        """
        self._hear()
        if self._holds.why is None:
            return
        work, before, since = self._work, self._work.status, self._work.now
        told = ""
        while why := self._holds.why:
            work.wait_for("hold", reason=why)
            if why != told:
                yield from work.record("waiting", waiting_for="hold", reason=why)
                told = why
            yield from self._ears.wait(None)
            self._hear()
        work.parked += work.now - since
        work.become(before)

    def _hear(self) -> None:
        self._holds.hear(self._ears)
        for name, status in ((TAKE_BACK, Status.ROLLED_BACK), (CANCEL, Status.CANCELLED)):
            come, told = self._ears.take(name)
            if come and self.stop is None and self._work.status is not Status.ROLLING_BACK:
                self.stop = Stopped(status, told)
                raise self.stop
