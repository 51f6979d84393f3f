"""Who works on what: the workers that are connected, and what each of them holds.

Mends of durabletask 1.12.0's in-memory backend in this file:
- What a worker holds when it is lost is handed out again, so every work item is done at least
  once. Azure's backends do the same when a message's lock runs out or a session is aborted
  (SessionAbortedException in OutOfProcMiddleware.cs: "force an durable retry"). The stock
  backend forgets such items, and their orchestrations hang.
- Whatever is handed out again, or abandoned, gets a new token: a result with an older one is
  refused, so that nobody reports on what somebody else works on by now.
- Workers wait on an event loop. The stock backend takes a thread for each of them.
"""

import logging
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from typing import override

import durabletask.internal.orchestrator_service_pb2 as pb
import grpc

from local.host.backend.bell import Bell
from local.host.backend.model import Options
from local.host.backend.work import Work

log = logging.getLogger(__name__)


class Workers(Work):
    def __init__(self, options: Options | None = None) -> None:
        super().__init__(options)
        self._bell = Bell()
        self._work_available = self._bell  # type: ignore[assignment]
        self._holders: dict[str, object] = {}  # by completion token

    async def work_items(self) -> AsyncGenerator[pb.WorkItem]:
        """Work for one worker, who is lost when this is closed."""
        worker = rung = self._bell.listen()
        try:
            while not self._shutdown_event.is_set():
                rung.clear()
                item = self._hand_out(worker)
                if item is not None:
                    yield item
                else:
                    await rung.wait()
        finally:
            self._bell.forget(rung)
            self._lose(worker)

    @override
    def GetWorkItems(
        self, request: pb.GetWorkItemsRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.WorkItem]:
        raise NotImplementedError("ask work_items(): it knows who holds what")

    def _hand_out(self, worker: object) -> pb.WorkItem | None:
        with self._lock:
            item = self._next_turn() or self._next_activity() or self._next_batch()
            if item is not None:
                self._holders[item.completionToken] = worker
        return item

    def _lose(self, worker: object) -> None:
        with self._lock:
            held = [token for token, holder in self._holders.items() if holder is worker]
            for token in held:
                self._take_back(token)
        if held:
            log.info("A worker was lost: %d work items are handed out again", len(held))

    def _take_back(self, token: str) -> None:
        if self._holders.pop(token, None) is not None:
            self._take_back_turn(token)
            self._take_back_activity(token)
            self._take_back_batch(token)
            self._work_available.set()

    def _take_back_turn(self, token: str) -> None:
        for instance_id in self._orchestration_in_flight:
            run = self._run(instance_id)
            if run is not None and str(run.completion_token) == token:
                run.pending_events[:0] = run.dispatched_events
                run.dispatched_events.clear()
                run.completion_token = self._new_token()
                self._orchestration_in_flight.discard(instance_id)
                self._enqueue_orchestration(instance_id)
                return

    def _take_back_activity(self, token: str) -> None:
        activity = self._handed_out.pop(int(token), None)
        if activity is not None:
            again = replace(activity, completion_token=self._new_token())
            self._activity_queue.appendleft(again)

    def _take_back_batch(self, token: str) -> None:
        for entity_id in self._entity_in_flight:
            entity = self._entities[entity_id]
            if str(entity.completion_token) == token:
                entity.pending_operations[:0] = entity.dispatched_operations
                entity.dispatched_operations.clear()
                entity.completion_token = self._new_token()
                self._entity_in_flight.discard(entity_id)
                self._enqueue_entity(entity_id)
                return

    # -- results: whoever reports one holds it no longer

    def _settle(self, token: str, what: str) -> None:
        if self._holders.pop(token, None) is None:
            log.info("Refused a result of %s: it has been handed to another worker", what)

    @override
    def CompleteOrchestratorTask(
        self, request: pb.OrchestratorResponse, context: grpc.ServicerContext
    ) -> pb.CompleteTaskResponse:
        with self._lock:
            self._settle(request.completionToken, f"orchestration '{request.instanceId}'")
            return super().CompleteOrchestratorTask(request, context)

    @override
    def CompleteActivityTask(
        self, request: pb.ActivityResponse, context: grpc.ServicerContext
    ) -> pb.CompleteTaskResponse:
        with self._lock:
            self._settle(request.completionToken, f"an activity of '{request.instanceId}'")
            return super().CompleteActivityTask(request, context)

    @override
    def CompleteEntityTask(
        self, request: pb.EntityBatchResult, context: grpc.ServicerContext
    ) -> pb.CompleteTaskResponse:
        with self._lock:
            self._settle(request.completionToken, "an entity")
            return super().CompleteEntityTask(request, context)

    # -- what a worker gives back by itself

    @override
    def AbandonTaskOrchestratorWorkItem(
        self, request: pb.AbandonOrchestrationTaskRequest, context: grpc.ServicerContext
    ) -> pb.AbandonOrchestrationTaskResponse:
        with self._lock:
            self._take_back(request.completionToken)
        return pb.AbandonOrchestrationTaskResponse()

    @override
    def AbandonTaskActivityWorkItem(
        self, request: pb.AbandonActivityTaskRequest, context: grpc.ServicerContext
    ) -> pb.AbandonActivityTaskResponse:
        with self._lock:
            self._take_back(request.completionToken)
        return pb.AbandonActivityTaskResponse()

    @override
    def AbandonTaskEntityWorkItem(
        self, request: pb.AbandonEntityTaskRequest, context: grpc.ServicerContext
    ) -> pb.AbandonEntityTaskResponse:
        with self._lock:
            self._take_back(request.completionToken)
        return pb.AbandonEntityTaskResponse()
