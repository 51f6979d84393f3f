"""Carries durable work items from the backend to the app's functions, and their results back."""

import asyncio
import logging
import os
from contextlib import aclosing
from typing import Any

import durabletask.internal.orchestrator_service_pb2 as pb

from local.host.backend import Refused
from local.host.durable import DurableFunctions
from local.host.sidecar import Sidecar

log = logging.getLogger(__name__)

RECONNECT_SECONDS = 0.5
"""How long it waits before it asks a backend again that it has lost."""


class DurablePump:
    """Asks for work and does it, on the host's loop."""

    def __init__(
        self, functions: DurableFunctions, sidecar: Sidecar, settings: dict[str, Any]
    ) -> None:
        self._functions, self._sidecar = functions, sidecar
        self._orchestrators = _gate(settings, "maxConcurrentOrchestratorFunctions")
        self._activities = _gate(settings, "maxConcurrentActivityFunctions")
        self._entities = _gate(settings, "maxConcurrentEntityFunctions")
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._asking = asyncio.get_running_loop().create_task(self._ask())

    def stop(self) -> None:
        """Drop what is running: the backend hands it out again, or goes away too."""
        for task in (self._asking, *self._tasks):
            task.cancel()

    async def _ask(self) -> None:
        while True:
            try:
                async with aclosing(self._sidecar.work_items()) as items:
                    async for item in items:
                        self._take(item)
                return  # the backend has been stopped
            except Refused as lost:
                # It has taken back what we hold: the results that are still to come are refused.
                log.warning("The durable backend was lost, asking again: %s", lost)
                await asyncio.sleep(RECONNECT_SECONDS)

    def _take(self, item: pb.WorkItem) -> None:
        task = asyncio.get_running_loop().create_task(self._do(item))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, item: pb.WorkItem) -> None:
        try:
            match item.WhichOneof("request"):
                case "orchestratorRequest":
                    async with self._orchestrators:
                        turn = await self._functions.orchestrator(item.orchestratorRequest)
                    turn.completionToken = item.completionToken
                    await self._sidecar.CompleteOrchestratorTask(turn)
                case "activityRequest":
                    async with self._activities:
                        result = await self._functions.activity(item.activityRequest)
                    result.completionToken = item.completionToken
                    await self._sidecar.CompleteActivityTask(result)
                case "entityRequestV2":
                    async with self._entities:
                        batch = await self._functions.entity(item.entityRequestV2)
                    batch.completionToken = item.completionToken
                    await self._sidecar.CompleteEntityTask(batch)
        except Refused as lost:
            log.warning("A result was not taken, its work is handed out again: %s", lost)
        except Exception:
            log.exception("A durable work item could not be completed")


def _gate(settings: dict[str, Any], option: str) -> asyncio.Semaphore:
    """As many at once as host.json says, or as a Premium plan runs by default."""
    return asyncio.Semaphore(int(settings.get(option) or 10 * (os.cpu_count() or 1)))
