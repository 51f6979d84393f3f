"""The mended backend by itself, with the test as its worker."""

import asyncio
from datetime import UTC, datetime, timedelta

import durabletask.internal.orchestrator_service_pb2 as pb
import pytest
from durabletask.internal import helpers
from host_conditions import until

from local.host.backend import Backend, Call, Options, Refused

HOUR = timedelta(hours=1)


class Worker:
    """Takes work items one by one and answers them as the test says."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._loop = asyncio.new_event_loop()
        self._items = backend.work_items()

    def take(self) -> pb.WorkItem:
        return self._loop.run_until_complete(asyncio.wait_for(anext(self._items), 10))

    def lose(self) -> None:
        """What the backend does once the worker's connection is gone."""
        if not self._loop.is_closed():
            self._loop.run_until_complete(self._items.aclose())
            self._loop.close()

    def start(self, instance_id: str, **request: object) -> None:
        started = pb.CreateInstanceRequest(instanceId=instance_id, name="any", **request)
        self.backend.StartInstance(started, Call())

    def turn(self, *actions: pb.OrchestratorAction) -> pb.OrchestratorRequest:
        """Take an orchestrator's turn, which ends with these actions."""
        item = self.take()
        response = pb.OrchestratorResponse(
            instanceId=item.orchestratorRequest.instanceId,
            actions=actions,
            completionToken=item.completionToken,
        )
        self.backend.CompleteOrchestratorTask(response, Call())
        return item.orchestratorRequest

    def complete_activity(self, item: pb.WorkItem) -> None:
        response = pb.ActivityResponse(
            instanceId=item.activityRequest.orchestrationInstance.instanceId,
            taskId=item.activityRequest.taskId,
            completionToken=item.completionToken,
        )
        self.backend.CompleteActivityTask(response, Call())

    def terminate(self, instance_id: str) -> None:
        self.backend.TerminateInstance(pb.TerminateRequest(instanceId=instance_id), Call())

    def raise_event(self, instance_id: str) -> None:
        event = pb.RaiseEventRequest(instanceId=instance_id, name="event")
        self.backend.RaiseEvent(event, Call())


@pytest.fixture
def backend():
    backend = Backend()
    yield backend
    backend.stop()


@pytest.fixture
def worker(backend):
    worker = Worker(backend)
    yield worker
    worker.lose()


def activity(task_id=1):
    return helpers.new_schedule_task_action(task_id, "work", None, None)


def timer(task_id=1, after=HOUR):
    return helpers.new_create_timer_action(task_id, datetime.now(UTC) + after)


def complete(status=pb.ORCHESTRATION_STATUS_COMPLETED):
    return helpers.new_complete_orchestration_action(9, status, '"done"')


AGAIN = complete(pb.ORCHESTRATION_STATUS_CONTINUED_AS_NEW)


def kinds(events):
    return [event.WhichOneof("eventType") for event in events]


def test_a_result_of_an_earlier_execution_is_dropped(worker):
    worker.start("one")
    worker.turn(activity())
    late = worker.take()
    worker.raise_event("one")
    worker.turn(AGAIN)
    worker.complete_activity(late)
    assert "taskCompleted" not in kinds(worker.turn().newEvents)


def test_a_result_that_comes_twice_counts_once(worker):
    worker.start("one")
    worker.turn(activity())
    item = worker.take()
    worker.complete_activity(item)
    worker.complete_activity(item)
    assert kinds(worker.turn().newEvents).count("taskCompleted") == 1


def test_a_late_result_does_not_wake_what_has_ended(worker, backend):
    worker.start("one")
    worker.turn(activity(), complete())
    worker.complete_activity(worker.take())
    assert not backend._instances["one"].pending_events
    assert not backend._orchestration_queue


def test_a_termination_goes_before_continue_as_new(worker, backend):
    worker.start("one")
    worker.terminate("one")
    worker.turn(AGAIN)
    assert backend._instances["one"].status == pb.ORCHESTRATION_STATUS_TERMINATED


def test_activities_and_timers_of_the_turn_that_continues_as_new_are_forgotten(worker, backend):
    worker.start("one")
    worker.turn(activity(), timer(2), AGAIN)
    assert not backend._activity_queue
    assert not backend._instances["one"].alarms


def test_the_timers_of_what_has_ended_are_forgotten(worker, backend):
    worker.start("one")
    worker.turn(timer())
    assert len(backend._instances["one"].alarms) == 1
    worker.raise_event("one")
    worker.turn(complete())
    assert not backend._instances["one"].alarms


def test_a_busy_orchestration_holds_up_no_other(worker):
    worker.start("busy")
    busy = worker.take()
    worker.raise_event("busy")
    worker.start("ready")
    assert worker.turn().instanceId == "ready"
    assert busy.orchestratorRequest.instanceId == "busy"


def test_an_abandoned_activity_is_handed_out_again(worker, backend):
    worker.start("one")
    worker.turn(activity())
    abandoned = pb.AbandonActivityTaskRequest(completionToken=worker.take().completionToken)
    backend.AbandonTaskActivityWorkItem(abandoned, Call())
    assert worker.take().activityRequest.name == "work"


def test_all_that_is_handed_out_at_a_time_has_a_token_of_its_own(backend, worker):
    worker.start("one")
    worker.turn(activity(1), activity(2))
    worker.raise_event("one")
    backend.SignalEntity(pb.SignalEntityRequest(instanceId="@counter@one", name="add"), Call())
    assert len({worker.take().completionToken for _ in range(4)}) == 4


@pytest.fixture
def another(backend):
    another = Worker(backend)
    yield another
    another.lose()


def test_a_lost_workers_activity_goes_to_another_and_its_own_result_is_refused(
    backend, worker, another
):
    worker.start("one")
    worker.turn(activity())
    late = worker.take()
    worker.lose()
    again = another.take()
    another.complete_activity(late)
    assert not backend._instances["one"].pending_events
    another.complete_activity(again)
    assert again.activityRequest == late.activityRequest
    assert kinds(another.turn().newEvents).count("taskCompleted") == 1


def test_a_lost_workers_turn_goes_to_another_with_all_its_events(backend, worker, another):
    worker.start("one")
    late = worker.take()
    worker.raise_event("one")
    worker.lose()
    again = another.take()
    assert kinds(again.orchestratorRequest.newEvents) == [
        *("orchestratorStarted", "executionStarted", "eventRaised")
    ]
    for item in (late, again):
        response = pb.OrchestratorResponse(
            instanceId="one",
            completionToken=item.completionToken,
            actions=[complete()] if item is late else [],
        )
        backend.CompleteOrchestratorTask(response, Call())
    assert backend._instances["one"].status == pb.ORCHESTRATION_STATUS_RUNNING


def test_a_turn_that_is_handed_out_again_starts_after_the_timer_that_has_fired_meanwhile(
    worker, another
):
    worker.start("one")
    fires = timer(after=timedelta(milliseconds=20))
    worker.turn(fires)
    worker.raise_event("one")
    worker.take()
    until(lambda: worker.backend._instances["one"].pending_events)
    worker.lose()
    started, *_, fired = another.take().orchestratorRequest.newEvents
    assert fired.HasField("timerFired")
    assert started.timestamp.ToDatetime() >= fires.createTimer.fireAt.ToDatetime()


def test_a_lost_workers_batch_goes_to_another_and_counts_once(backend, worker, another):
    signal = pb.SignalEntityRequest(instanceId="@counter@one", name="add")
    backend.SignalEntity(signal, Call())
    late = worker.take()
    backend.SignalEntity(signal, Call())
    worker.lose()
    again = another.take()
    for item, state in ((late, "late"), (again, "done")):
        result = pb.EntityBatchResult(
            entityState=helpers.get_string_value(state), completionToken=item.completionToken
        )
        backend.CompleteEntityTask(result, Call())
    assert len(again.entityRequestV2.operationRequests) == 2
    assert backend._entities["@counter@one"].serialized_state == "done"
    assert not backend._holders


def test_what_a_lost_worker_had_completed_is_not_handed_out_again(backend, worker):
    worker.start("one")
    worker.turn(activity())
    worker.complete_activity(worker.take())
    worker.turn(complete())
    worker.lose()
    assert not backend._orchestration_queue
    assert not backend._activity_queue
    assert not backend._holders


def test_every_event_is_dated(worker, backend):
    worker.start("one")
    worker.turn(activity())
    worker.complete_activity(worker.take())
    worker.turn(complete())
    history = backend._instances["one"].history
    assert len(history) == 8
    assert all(event.timestamp.seconds for event in history)


def test_any_state_lets_a_running_instance_be_replaced():
    backend = Backend(Options(replace_running=True))
    worker = Worker(backend)
    worker.start("one")
    old = worker.take()
    worker.start("one")
    stale = pb.OrchestratorResponse(
        instanceId="one", completionToken=old.completionToken, actions=[complete()]
    )
    backend.CompleteOrchestratorTask(stale, Call())
    assert backend._instances["one"].status == pb.ORCHESTRATION_STATUS_PENDING
    backend.stop()


def test_a_refusal_has_the_status_of_grpc(worker):
    worker.start("one")
    with pytest.raises(Refused, match="ALREADY_EXISTS"):
        worker.start("one")


def test_many_timers_need_one_thread(worker, backend):
    for number in range(100):
        worker.start(f"timer-{number}")
        worker.turn(timer(after=timedelta(milliseconds=50)))
    fired = {worker.turn(complete()).instanceId for _ in range(100)}
    assert len(fired) == 100
