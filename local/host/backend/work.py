"""How work is picked, and how its results come back.

Mends of durabletask 1.12.0's in-memory backend in this file:
- While an orchestration runs a turn, others that are ready are not held up behind it (the stock
  loop stops at the first busy one, and may sleep 0.1 s).
- A turn starts when it is handed out, as in DTFx: one that is handed out again must not tell its
  orchestrator an earlier time than that of the timer that has fired meanwhile.
- An activity's result finds the execution that asked for it by its own token: the task id alone
  also fits a later execution of the same instance.
- An activity that fails without a message has failed (the stock backend takes it for a success).
"""

from typing import cast, override

import durabletask.internal.orchestrator_service_pb2 as pb
import grpc
from durabletask.internal import helpers
from durabletask.testing.in_memory_backend import OrchestrationInstance

from local.host.backend.events import stamp
from local.host.backend.model import Activity, Options, Run
from local.host.backend.timing import Timing


class Work(Timing):
    def __init__(self, options: Options | None = None) -> None:
        super().__init__(options)
        self._handed_out: dict[int, Activity] = {}

    # -- orchestrators

    def _next_turn(self) -> pb.WorkItem | None:
        while self._orchestration_queue:
            instance_id = self._orchestration_queue.popleft()
            self._orchestration_queue_set.discard(instance_id)
            run = self._alive(instance_id)
            # A busy one comes back by itself: its turn ends with a look for new events.
            if run and run.pending_events and instance_id not in self._orchestration_in_flight:
                return self._turn(run)
        return None

    def _turn(self, run: Run) -> pb.WorkItem:
        events = list(run.pending_events)
        run.pending_events.clear()
        if run.history and not events[0].HasField("orchestratorStarted"):
            events.insert(0, helpers.new_orchestrator_started_event())
        events[0].timestamp.GetCurrentTime()
        for event in events:
            stamp([event])
        run.dispatched_events = events
        self._orchestration_in_flight.add(run.instance_id)
        return pb.WorkItem(
            completionToken=str(run.completion_token),
            orchestratorRequest=pb.OrchestratorRequest(
                instanceId=run.instance_id, pastEvents=run.history, newEvents=events
            ),
        )

    # -- activities

    @override
    def _process_schedule_task_action(
        self, instance: OrchestrationInstance, action: pb.OrchestratorAction
    ) -> None:
        task = action.scheduleTask
        task_input = task.input.value if task.HasField("input") else None
        instance.history.append(helpers.new_task_scheduled_event(action.id, task.name, task_input))
        self._queue_activity(cast(Run, instance), action.id, task.name, task_input)

    def _queue_activity(self, run: Run, task_id: int, name: str, task_input: str | None) -> None:
        activity = Activity(
            instance_id=run.instance_id,
            name=name,
            task_id=task_id,
            input=task_input,
            completion_token=self._new_token(),
            execution_id=run.execution_id,
        )
        self._activity_queue.append(activity)
        self._work_available.set()

    def _next_activity(self) -> pb.WorkItem | None:
        if not self._activity_queue:
            return None
        activity = cast(Activity, self._activity_queue.popleft())
        self._handed_out[activity.completion_token] = activity
        return pb.WorkItem(
            completionToken=str(activity.completion_token),
            activityRequest=pb.ActivityRequest(
                name=activity.name,
                taskId=activity.task_id,
                input=helpers.get_string_value(activity.input),
                orchestrationInstance=pb.OrchestrationInstance(
                    instanceId=activity.instance_id,
                    executionId=helpers.get_string_value(activity.execution_id),
                ),
            ),
        )

    @override
    def CompleteActivityTask(
        self, request: pb.ActivityResponse, context: grpc.ServicerContext
    ) -> pb.CompleteTaskResponse:
        with self._lock:
            activity = self._handed_out.pop(int(request.completionToken or 0), None)
            if activity is not None:
                self._deliver(activity.instance_id, _result(request), activity.execution_id)
        return pb.CompleteTaskResponse()

    # -- entities (see locks.py for which operations may run)

    def _next_batch(self) -> pb.WorkItem | None:
        while self._entity_queue:
            entity_id = self._entity_queue.popleft()
            self._entity_queue_set.discard(entity_id)
            entity = self._entities.get(entity_id)
            if not entity or not entity.pending_operations or entity_id in self._entity_in_flight:
                continue
            self._entity_in_flight.add(entity_id)
            entity.dispatched_operations = list(entity.pending_operations)
            entity.pending_operations.clear()
            return pb.WorkItem(
                completionToken=str(entity.completion_token),
                entityRequestV2=pb.EntityRequest(
                    instanceId=entity_id,
                    entityState=helpers.get_string_value(entity.serialized_state),
                    operationRequests=entity.dispatched_operations,
                ),
            )
        return None


def _result(response: pb.ActivityResponse) -> pb.HistoryEvent:
    event = pb.HistoryEvent(eventId=-1)
    if response.HasField("failureDetails"):
        event.taskFailed.taskScheduledId = response.taskId
        event.taskFailed.failureDetails.CopyFrom(response.failureDetails)
    else:
        event.taskCompleted.taskScheduledId = response.taskId
        if response.HasField("result"):
            event.taskCompleted.result.CopyFrom(response.result)
    return event
