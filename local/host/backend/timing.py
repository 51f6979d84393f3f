"""Durable timers and delayed signals.

Mend of durabletask 1.12.0's in-memory backend in this file: all of them share one thread (the
stock backend starts one for each), and a timer ends with the execution that set it.
"""

from datetime import UTC, datetime
from typing import cast, override

import durabletask.internal.orchestrator_service_pb2 as pb
from durabletask.internal import helpers
from durabletask.testing.in_memory_backend import OrchestrationInstance

from local.host.backend.model import Run
from local.host.backend.starting import Starting


class Timing(Starting):
    @override
    def _process_create_timer_action(
        self, instance: OrchestrationInstance, action: pb.OrchestratorAction
    ) -> None:
        fire_at = action.createTimer.fireAt.ToDatetime(UTC)
        instance.history.append(helpers.new_timer_created_event(action.id, fire_at))
        self._set_timer(cast(Run, instance), action.id, fire_at)

    def _set_timer(self, run: Run, timer_id: int, fire_at: datetime) -> None:
        execution_id = run.execution_id

        def fire() -> None:
            with self._lock:
                run.alarms.discard(alarm)
                event = helpers.new_timer_fired_event(timer_id, fire_at)
                self._deliver(run.instance_id, event, execution_id)

        alarm = self.loop.call_at(fire_at, fire)
        run.alarms.add(alarm)

    @override
    def _schedule_delayed_entity_operation(
        self, entity_id: str, event: pb.HistoryEvent, fire_at: datetime
    ) -> None:
        def fire() -> None:
            with self._lock:
                self._queue_entity_operation(entity_id, event)

        self.loop.call_at(fire_at, fire)
