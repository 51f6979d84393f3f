"""Tells workers that there may be work, whichever thread it comes from."""

import asyncio
import threading
from contextlib import suppress


class Bell:
    """Takes the place of the stock backend's threading.Event, for workers on event loops."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def listen(self) -> asyncio.Event:
        """An event of the running loop that is set at every ring."""
        rung = asyncio.Event()
        with self._lock:
            self._listeners[rung] = asyncio.get_running_loop()
        return rung

    def forget(self, rung: asyncio.Event) -> None:
        with self._lock:
            self._listeners.pop(rung, None)

    def set(self) -> None:
        with self._lock:
            for rung, loop in self._listeners.items():
                with suppress(RuntimeError):  # the loop has been closed: its worker is gone
                    loop.call_soon_threadsafe(rung.set)

    def clear(self) -> None:
        """Nothing to do: each listener clears its own event."""
