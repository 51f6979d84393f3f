"""Requests about one instance or entity, answered as Azure's extension answers them.

Mends of durabletask 1.12.0's in-memory backend in this file:
- Raising an event to, terminating, suspending or resuming what does not exist is NOT_FOUND, and
  FAILED_PRECONDITION when it has ended (TaskHubGrpcServer.cs); the stock backend accepts some.
- An entity without state does not exist for a reader, even while it is locked or about to run
  (GetEntityAsync with includeStateless: false).
- A rewind that replay cannot follow is refused with the reason, instead of failing later with a
  NonDeterminismError. Azure can't do it either: "rewind doesn't support durable timers" [docs].
- A rewind starts again what had not been finished: timers, activities without a result.
"""

from collections.abc import Iterator
from datetime import UTC
from typing import cast, override

import durabletask.internal.orchestrator_service_pb2 as pb
import grpc
from durabletask.testing.in_memory_backend import OrchestrationInstance

from local.host.backend.locks import Locks
from local.host.backend.model import TERMINAL, Run

# Events that tell what an orchestrator decided to do.
_DECISIONS = (
    "taskScheduled",
    "timerCreated",
    "subOrchestrationInstanceCreated",
    "eventSent",
    "entityOperationCalled",
    "entityOperationSignaled",
    "entityLockRequested",
    "entityUnlockSent",
)
_FAILURES = ("taskFailed", "subOrchestrationInstanceFailed")


class Requests(Locks):
    @override
    def RaiseEvent(
        self, request: pb.RaiseEventRequest, context: grpc.ServicerContext
    ) -> pb.RaiseEventResponse:
        with self._lock:
            self._require_running(request.instanceId, context)
            return super().RaiseEvent(request, context)

    @override
    def TerminateInstance(
        self, request: pb.TerminateRequest, context: grpc.ServicerContext
    ) -> pb.TerminateResponse:
        with self._lock:
            self._require_running(request.instanceId, context)
            return super().TerminateInstance(request, context)

    @override
    def SuspendInstance(
        self, request: pb.SuspendRequest, context: grpc.ServicerContext
    ) -> pb.SuspendResponse:
        with self._lock:
            self._require_running(request.instanceId, context)
            return super().SuspendInstance(request, context)

    @override
    def ResumeInstance(
        self, request: pb.ResumeRequest, context: grpc.ServicerContext
    ) -> pb.ResumeResponse:
        with self._lock:
            self._require_running(request.instanceId, context)
            return super().ResumeInstance(request, context)

    def _require_running(self, instance_id: str, context: grpc.ServicerContext) -> None:
        run = self._run(instance_id)
        if run is None:
            context.abort(
                grpc.StatusCode.NOT_FOUND, f"No instance with ID '{instance_id}' was found."
            )
        elif run.status in TERMINAL:
            context.abort(
                grpc.StatusCode.FAILED_PRECONDITION,
                "The orchestration instance with the provided instance id is not running.",
            )

    # -- entities

    @override
    def GetEntity(
        self, request: pb.GetEntityRequest, context: grpc.ServicerContext
    ) -> pb.GetEntityResponse:
        with self._lock:
            entity = self._entities.get(request.instanceId)
            if entity is None or entity.serialized_state is None:
                return pb.GetEntityResponse(exists=False)
            reply = super().GetEntity(request, context)
            reply.entity.backlogQueueSize += len(self._mailboxes[request.instanceId])
        return reply

    @override
    def QueryEntities(
        self, request: pb.QueryEntitiesRequest, context: grpc.ServicerContext
    ) -> pb.QueryEntitiesResponse:
        transient = request.query.includeTransient
        request.query.includeTransient = True  # to the stock backend it means: also busy ones
        with self._lock:
            reply = super().QueryEntities(request, context)
            shown = [e for e in reply.entities if transient or self._has_state(e.instanceId)]
        del reply.entities[:]
        reply.entities.extend(shown)
        return reply

    def _has_state(self, entity_id: str) -> bool:
        return self._entities[entity_id].serialized_state is not None

    # -- rewind

    @override
    def RewindInstance(
        self, request: pb.RewindInstanceRequest, context: grpc.ServicerContext
    ) -> pb.RewindInstanceResponse:
        with self._lock:
            run = self._run(request.instanceId)
            if run is not None and run.status == pb.ORCHESTRATION_STATUS_FAILED:
                for failed in self._failed_family(run):
                    if _went_on_after_a_failure(failed.history):
                        context.abort(
                            grpc.StatusCode.FAILED_PRECONDITION, _CANNOT_REWIND % failed.instance_id
                        )
            return super().RewindInstance(request, context)

    def _failed_family(self, run: Run) -> Iterator[Run]:
        """The instance, and the failed children that a rewind reaches."""
        yield run
        for event in run.history:
            child = self._run(event.subOrchestrationInstanceCreated.instanceId)
            if child is not None and child.status == pb.ORCHESTRATION_STATUS_FAILED:
                yield from self._failed_family(child)

    @override
    def _process_rewind_orchestration_action(
        self, instance: OrchestrationInstance, rewind_action: pb.RewindOrchestrationAction
    ) -> None:
        super()._process_rewind_orchestration_action(instance, rewind_action)
        run = cast(Run, instance)
        run.completed_at = None
        self._resume_unfinished(run)

    def _resume_unfinished(self, run: Run) -> None:
        """Results that came while the instance had failed were dropped: ask for them again."""
        tasks = {e.eventId: e for e in run.history if e.HasField("taskScheduled")}
        timers = {e.eventId: e for e in run.history if e.HasField("timerCreated")}
        for event in run.history:
            tasks.pop(event.taskCompleted.taskScheduledId, None)
            timers.pop(event.timerFired.timerId, None)
        for task_id, event in tasks.items():
            task = event.taskScheduled
            task_input = task.input.value if task.HasField("input") else None
            self._queue_activity(run, task_id, task.name, task_input)
        for timer_id, event in timers.items():
            self._set_timer(run, timer_id, event.timerCreated.fireAt.ToDatetime(UTC))


_CANNOT_REWIND = (
    "Instance '%s' cannot be rewound: after a failure it went on (a retry policy, an exception "
    "that was handled, or a lock that was given back), so replaying it without that failure would "
    "not match its history. Azure cannot do it either. Start it again instead."
)


def _went_on_after_a_failure(history: list[pb.HistoryEvent]) -> bool:
    failed = False
    for event in history:
        kind = event.WhichOneof("eventType")
        if failed and kind in _DECISIONS:
            return True
        failed = failed or kind in _FAILURES
    return False
