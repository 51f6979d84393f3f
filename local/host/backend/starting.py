"""How an orchestration starts.

Mends of durabletask 1.12.0's in-memory backend in this file:
- An id whose instance has ended is replaced without a word; one that still runs is refused with
  ALREADY_EXISTS, whatever reuse policy the client sends. Azure's extension does so, by
  host.json's overridableExistingInstanceStates (default NonRunningStates).
- A start in the future waits for its time, also when events arrive earlier.
- An instance knows its parent and its execution id from the start.
"""

import uuid
from datetime import UTC
from typing import Any, override

import durabletask.internal.orchestrator_service_pb2 as pb
import grpc
from durabletask.internal import helpers

from local.host.backend.events import execution_started
from local.host.backend.lifecycle import Lifecycle
from local.host.backend.model import TERMINAL, Run


class Starting(Lifecycle):
    @override
    def StartInstance(
        self, request: pb.CreateInstanceRequest, context: grpc.ServicerContext
    ) -> pb.CreateInstanceResponse:
        instance_id = request.instanceId or uuid.uuid4().hex
        if instance_id.startswith("@"):
            context.abort(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"'{instance_id}': ids that start with @ are reserved for entities",
            )
        with self._lock:
            if self._alive(instance_id) and not self.options.replace_running:
                context.abort(
                    grpc.StatusCode.ALREADY_EXISTS,
                    f"An Orchestration instance with the ID {instance_id} already exists.",
                )
            scheduled = request.HasField("scheduledStartTimestamp")
            self._create(
                instance_id,
                request.name,
                request.input.value if request.HasField("input") else None,
                version=request.version.value if request.HasField("version") else None,
                tags=dict(request.tags) or None,
                not_before=request.scheduledStartTimestamp.ToDatetime(UTC) if scheduled else None,
            )
        return pb.CreateInstanceResponse(instanceId=instance_id)

    @override
    def _create_instance_internal(
        self,
        instance_id: str,
        name: str,
        encoded_input: str | None = None,
        version: str | None = None,
    ) -> None:
        """The stock backend's own way to start: for entities, restart and rewind."""
        if self._alive(instance_id):
            raise ValueError(f"Orchestration instance '{instance_id}' already exists")
        self._create(instance_id, name, encoded_input, version=version)

    def _create(
        self,
        instance_id: str,
        name: str,
        encoded_input: str | None,
        *,
        version: str | None = None,
        **more: Any,
    ) -> Run:
        """Start an instance; `more` are fields of Run."""
        self._make_room(instance_id)
        run = Run(
            instance_id=instance_id,
            name=name,
            status=pb.ORCHESTRATION_STATUS_PENDING,
            version=version or self.options.default_version,
            input=encoded_input,
            completion_token=self._new_token(),
            **more,
        )
        self._instances[instance_id] = run
        started = helpers.new_orchestrator_started_event(run.not_before or run.created_at)
        run.pending_events += [started, execution_started(run)]
        if run.not_before is not None:
            run.alarms.add(self.loop.call_at(run.not_before, lambda: self._start_now(run)))
        self._enqueue_orchestration(instance_id)
        return run

    def _make_room(self, instance_id: str) -> None:
        old = self._run(instance_id)
        if old is None:
            return
        if old.status not in TERMINAL:
            self._end(old, pb.ORCHESTRATION_STATUS_TERMINATED, None)
        self._orchestration_in_flight.discard(instance_id)
        self._orchestration_queue_set.discard(instance_id)
        del self._instances[instance_id]

    def _start_now(self, run: Run) -> None:
        with self._lock:
            run.not_before = None
            if self._alive(run.instance_id, run.execution_id):
                self._enqueue_orchestration(run.instance_id)
