"""One thread with an event loop: for the backend's gRPC server and for all its timers."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any


class LoopThread:
    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def submit[T](self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def call_at(self, when: datetime, callback: Callable[[], None]) -> "Alarm":
        """Run the callback at a point in (UTC) time, or at once if that has passed."""
        return Alarm(self._loop, when, callback)

    def stop(self) -> None:
        """End the thread; alarms that have not gone off never will."""
        if self._loop.is_running():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


class Alarm:
    """A callback that waits for its time, and may be cancelled from any thread."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, when: datetime, callback: Callable[[], None]
    ) -> None:
        self._loop, self._when, self._callback = loop, when, callback
        self._handle: asyncio.TimerHandle | None = None
        self._cancelled = False
        loop.call_soon_threadsafe(self._arm)

    def _arm(self) -> None:
        if not self._cancelled:
            delay = (self._when - datetime.now(UTC)).total_seconds()
            self._handle = self._loop.call_later(max(0.0, delay), self._callback)

    def cancel(self) -> None:
        self._cancelled = True
        self._loop.call_soon_threadsafe(self._disarm)

    def _disarm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
