"""Carries events: one thread watches what is due and hands it to a few workers.

All are daemons: a subscriber that does not answer must not keep the process alive.
"""

import queue
import threading
import time

import httpx

from local.eventgrid.lane import Batch, Job, Lane
from local.eventgrid.transport import send

_WORKERS = 8


class Courier:
    """Delivers what lies in the lanes. `changed` guards them and tells of every change."""

    def __init__(self, client: httpx.Client) -> None:
        self.changed = threading.Condition()
        self.lanes: dict[str, Lane] = {}
        self._client = client
        self._jobs: queue.SimpleQueue[tuple[Lane, Job] | None] = queue.SimpleQueue()
        self._running = False

    def start(self) -> None:
        """Starts the threads, unless they run; call it with `changed` held."""
        if self._running:
            return
        self._running = True
        threading.Thread(target=self._watch, name="event-grid", daemon=True).start()
        for number in range(_WORKERS):
            name = f"event-grid-{number}"
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def close_lanes(self) -> None:
        """Nothing that is on its way counts any more; call it with `changed` held."""
        for lane in self.lanes.values():
            lane.open = False
        self.lanes.clear()

    def stop(self) -> None:
        with self.changed:
            self.close_lanes()
            if self._running:
                self._running = False
                for _ in range(_WORKERS):
                    self._jobs.put(None)
            self.changed.notify_all()

    def _watch(self) -> None:
        with self.changed:
            while self._running:
                now = time.time()
                for lane in self.lanes.values():
                    for job in lane.take_due(now):
                        self._jobs.put((lane, job))
                waiting = [found.due for lane in self.lanes.values() for found in lane.pending]
                self.changed.wait(max(0.0, min(waiting) - now) if waiting else None)

    def _work(self) -> None:
        while handed := self._jobs.get():
            lane, job = handed
            for batch in job:
                if lane.open:
                    self._attempt(lane, batch)

    def _attempt(self, lane: Lane, batch: Batch) -> None:
        at = time.time()
        sent = [pending.message for pending in batch]
        answer = send(self._client, lane.subscription, sent, batch[0].attempts)
        with self.changed:
            if lane.open:
                lane.conclude(batch, answer, at)
            self.changed.notify_all()
