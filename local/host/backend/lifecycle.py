"""How an orchestration goes on, continues as new, and ends.

Mends of durabletask 1.12.0's in-memory backend in this file:
- A late result does not wake an orchestration that has ended, nor the next execution after a
  continue-as-new.
- A termination that arrives while the orchestrator decides to continue as new is not lost
  (OrchestrationRuntimeState.cs: "termination should be considered to be forceful").
- Activities and timers asked for in the turn that continues as new are forgotten, as in DTFx.
- Every history event carries the time at which it happened, not 1970.
- A history takes half of the memory, see events.packed.
"""

import sys
import uuid
from datetime import UTC, datetime
from typing import cast, override

import durabletask.internal.orchestrator_service_pb2 as pb
import grpc
from durabletask.internal import helpers
from durabletask.testing.in_memory_backend import (
    InMemoryOrchestrationBackend,
    OrchestrationInstance,
)

from local.host.backend.events import execution_started, packed, stamp
from local.host.backend.loop import LoopThread
from local.host.backend.model import TERMINAL, Options, Run

# What a new execution after continue-as-new still wants to hear of the one before it.
_CARRIED_OVER = ("eventRaised", "executionSuspended", "executionResumed", "executionTerminated")
_CONTINUED = pb.ORCHESTRATION_STATUS_CONTINUED_AS_NEW


class Lifecycle(InMemoryOrchestrationBackend):
    def __init__(self, options: Options | None = None) -> None:
        super().__init__(max_history_size=sys.maxsize)
        self.options = options or Options()
        self.loop = LoopThread("durable-backend")

    # -- finding and waking

    def _run(self, instance_id: str) -> Run | None:
        return cast("Run | None", self._instances.get(instance_id))

    def _alive(self, instance_id: str, execution_id: str | None = None) -> Run | None:
        run = self._run(instance_id)
        if run is None or run.status in TERMINAL:
            return None
        return run if execution_id in (None, run.execution_id) else None

    def _deliver(
        self, instance_id: str, event: pb.HistoryEvent, execution_id: str | None = None
    ) -> None:
        """Hand an event to an orchestration that still runs; otherwise drop it."""
        run = self._alive(instance_id, execution_id)
        if run is not None:
            run.pending_events.append(event)
            run.last_updated_at = datetime.now(UTC)
            self._enqueue_orchestration(instance_id)

    @override
    def _enqueue_orchestration(self, instance_id: str) -> None:
        run = self._alive(instance_id)
        if run is None:
            ended = self._run(instance_id)
            if ended is not None:
                ended.pending_events.clear()
        elif run.not_before is None:
            super()._enqueue_orchestration(instance_id)

    def _new_token(self) -> int:
        # In the stock backend's order: it takes tokens from the same counter.
        token = self._next_completion_token
        self._next_completion_token += 1
        return token

    # -- a turn of the orchestrator

    @override
    def CompleteOrchestratorTask(
        self, request: pb.OrchestratorResponse, context: grpc.ServicerContext
    ) -> pb.CompleteTaskResponse:
        with self._lock:
            run = self._alive(request.instanceId)
            if run is None or str(run.completion_token) != request.completionToken:
                return pb.CompleteTaskResponse()  # of an instance that has been replaced
            _drop_unawaited_work(request)
            super().CompleteOrchestratorTask(request, context)
            stamp(run.history)
            run.history = packed(run.history)
            if run.status in TERMINAL:
                self._ended(run)
        return pb.CompleteTaskResponse()

    @override
    def _process_complete_orchestration_action(
        self, instance: OrchestrationInstance, complete_action: pb.CompleteOrchestrationAction
    ) -> None:
        run = cast(Run, instance)
        ended = next((e for e in run.history if e.HasField("executionTerminated")), None)
        if complete_action.orchestrationStatus == _CONTINUED and ended is not None:
            complete_action.orchestrationStatus = pb.ORCHESTRATION_STATUS_TERMINATED
            complete_action.result.value = ended.executionTerminated.input.value
        if complete_action.orchestrationStatus != _CONTINUED:
            super()._process_complete_orchestration_action(instance, complete_action)
            return
        run.execution_id = uuid.uuid4().hex
        self._cancel_alarms(run)
        run.pending_events[:] = [
            e for e in run.pending_events if e.WhichOneof("eventType") in _CARRIED_OVER
        ]
        super()._process_complete_orchestration_action(instance, complete_action)
        # The stock event lacks the parent, which the orchestrator may ask for.
        started = next(e for e in run.pending_events if e.HasField("executionStarted"))
        started.CopyFrom(execution_started(run))

    # -- ending

    def _end(self, run: Run, status: pb.OrchestrationStatus, output: str | None) -> None:
        """End an instance without asking its orchestrator."""
        run.status, run.output = status, output
        run.completed_at = run.last_updated_at = datetime.now(UTC)
        run.pending_events.clear()
        run.history.append(helpers.new_execution_completed_event(status, output))
        stamp(run.history)
        self._ended(run)
        self._notify_waiters(run.instance_id)

    def _ended(self, run: Run) -> None:
        """An instance has just reached its last state; other mends clean up after it here."""
        self._cancel_alarms(run)

    def _cancel_alarms(self, run: Run) -> None:
        for alarm in run.alarms:
            alarm.cancel()
        run.alarms.clear()


def _drop_unawaited_work(request: pb.OrchestratorResponse) -> None:
    again = any(a.completeOrchestration.orchestrationStatus == _CONTINUED for a in request.actions)
    if again:
        kept = [
            a
            for a in request.actions
            if not (a.HasField("scheduleTask") or a.HasField("createTimer"))
        ]
        del request.actions[:]
        request.actions.extend(kept)
