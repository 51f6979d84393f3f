"""Entities, their mailboxes and their locks.

Mends of durabletask 1.12.0's in-memory backend in this file:
- While an entity is locked, only the holder's calls run; signals and other calls wait. The stock
  backend runs a signal all the same.
- Operations and lock requests are served in the order of their arrival, and the locks of a set
  one after the other, as DTFx's TaskEntityDispatcher does.
- A lock belongs to the orchestration that holds it, by instance id, as DTFx's LockedBy.
- When an orchestration ends, for whatever reason, its locks are given back and its waiting lock
  requests are forgotten.

What Azure does with the locks of a terminated orchestration: the SDK answers the termination with
a release for each lock, so the next one in line gets it. But a request that still waits in an
entity's mailbox stays there, and when its turn comes the entity is locked by an orchestration
that has ended, until somebody calls clean_entity_storage(release_orphaned_locks=True). We do the
better thing here, and nobody should rely on it.
"""

from collections import deque
from dataclasses import dataclass
from datetime import UTC
from typing import override

import durabletask.internal.orchestrator_service_pb2 as pb
import grpc
from durabletask.testing.in_memory_backend import (
    EntityState,
    OrchestrationInstance,
    PendingLockRequest,
)

from local.host.backend.children import Children
from local.host.backend.model import Options, Run


@dataclass
class _LockRequest:
    request: PendingLockRequest
    position: int = 0

    @property
    def entity_id(self) -> str:
        return self.request.lock_set[self.position]


class Locks(Children):
    def __init__(self, options: Options | None = None) -> None:
        super().__init__(options)
        # `pending_operations` of an entity are those that may run now, these are the others.
        self._mailboxes: dict[str, deque[pb.HistoryEvent | _LockRequest]] = {}
        self._lock_seekers: set[str] = set()

    # -- operations

    @override
    def _queue_entity_operation(self, entity_id: str, event: pb.HistoryEvent) -> None:
        entity = self._entity(entity_id)
        if entity.locked_by and entity.locked_by == _caller(event):
            entity.pending_operations.append(event)
            self._enqueue_entity(entity_id)
        else:
            self._mailboxes[entity_id].append(event)
            self._open_mailbox(entity)

    @override
    def SignalEntity(
        self, request: pb.SignalEntityRequest, context: grpc.ServicerContext
    ) -> pb.SignalEntityResponse:
        with self._lock:
            self._signal_entity_internal(
                request.instanceId,
                request.name,
                request.input.value if request.HasField("input") else None,
                request.scheduledTime.ToDatetime(UTC)
                if request.HasField("scheduledTime")
                else None,
            )
        return pb.SignalEntityResponse()

    @override
    def CompleteEntityTask(
        self, request: pb.EntityBatchResult, context: grpc.ServicerContext
    ) -> pb.CompleteTaskResponse:
        with self._lock:
            token = int(request.completionToken or 0)
            done = [e for e in self._entities.values() if e.completion_token == token]
            reply = super().CompleteEntityTask(request, context)
            for entity in done:
                self._open_mailbox(entity)
        return reply

    def _entity(self, entity_id: str) -> EntityState:
        if entity_id not in self._entities:
            self._entities[entity_id] = EntityState(
                instance_id=entity_id, completion_token=self._new_token()
            )
        self._mailboxes.setdefault(entity_id, deque())
        return self._entities[entity_id]

    def _open_mailbox(self, entity: EntityState) -> None:
        """Let everything up to the next lock request run, and grant that once all has run."""
        mailbox = self._mailboxes[entity.instance_id]
        while mailbox and not entity.locked_by:
            head = mailbox[0]
            if not isinstance(head, _LockRequest):
                entity.pending_operations.append(head)
            elif entity.pending_operations or entity.instance_id in self._entity_in_flight:
                break
            mailbox.popleft()
            if isinstance(head, _LockRequest):
                self._take(entity, head)
        if entity.pending_operations:
            self._enqueue_entity(entity.instance_id)

    # -- locks

    @override
    def _try_grant_lock(self, pending: PendingLockRequest) -> bool:
        """An orchestration asks for a set of locks: queue up at the first entity of the set."""
        self._lock_seekers.add(pending.parent_instance_id)
        self._ask(_LockRequest(pending))
        return True

    def _ask(self, wanted: _LockRequest) -> None:
        entity = self._entity(wanted.entity_id)
        self._mailboxes[wanted.entity_id].append(wanted)
        self._open_mailbox(entity)

    def _take(self, entity: EntityState, wanted: _LockRequest) -> None:
        entity.locked_by = wanted.request.parent_instance_id
        if wanted.position + 1 < len(wanted.request.lock_set):
            self._ask(_LockRequest(wanted.request, wanted.position + 1))
            return
        granted = pb.EntityLockGrantedEvent(criticalSectionId=wanted.request.critical_section_id)
        event = pb.HistoryEvent(eventId=-1, entityLockGranted=granted)
        self._deliver(wanted.request.parent_instance_id, event)

    @override
    def _process_send_entity_message_action(
        self, instance: OrchestrationInstance, action: pb.OrchestratorAction
    ) -> None:
        super()._process_send_entity_message_action(instance, action)
        if action.sendEntityMessage.HasField("entityUnlockSent"):
            unlock = action.sendEntityMessage.entityUnlockSent
            self._release(self._entity(unlock.targetInstanceId.value), instance.instance_id)

    def _release(self, entity: EntityState, holder: str) -> None:
        if entity.locked_by == holder:
            entity.locked_by = None
            self._open_mailbox(entity)

    @override
    def _ended(self, run: Run) -> None:
        super()._ended(run)
        if run.instance_id not in self._lock_seekers:
            return
        self._lock_seekers.discard(run.instance_id)
        for mailbox in self._mailboxes.values():
            kept = [mail for mail in mailbox if _seeker(mail) != run.instance_id]
            mailbox.clear()
            mailbox.extend(kept)
        for entity in list(self._entities.values()):
            self._release(entity, run.instance_id)

    @override
    def CleanEntityStorage(
        self, request: pb.CleanEntityStorageRequest, context: grpc.ServicerContext
    ) -> pb.CleanEntityStorageResponse:
        """Remove entities without state, but none that is locked, busy or has mail."""
        if not request.removeEmptyEntities:
            return pb.CleanEntityStorageResponse()
        with self._lock:
            idle = [e for e in self._entities.values() if e.serialized_state is None]
            empty = [e.instance_id for e in idle if not (e.locked_by or self._busy(e))]
            for entity_id in empty:
                del self._entities[entity_id], self._mailboxes[entity_id]
        return pb.CleanEntityStorageResponse(emptyEntitiesRemoved=len(empty))

    def _busy(self, entity: EntityState) -> bool:
        in_flight = entity.instance_id in self._entity_in_flight
        return in_flight or bool(entity.pending_operations or self._mailboxes[entity.instance_id])


def _caller(event: pb.HistoryEvent) -> str:
    caller: str = event.entityOperationCalled.parentInstanceId.value
    return caller


def _seeker(mail: pb.HistoryEvent | _LockRequest) -> str | None:
    return mail.request.parent_instance_id if isinstance(mail, _LockRequest) else None
