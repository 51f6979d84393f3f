"""The mended backend by itself, with the test as its worker."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import durabletask.internal.orchestrator_service_pb2 as pb
import pytest
from durabletask.internal import helpers

from local.host.backend import Backend, Call, Options, Refused

HOUR = timedelta(hours=1)


class Worker:
    """Takes work items one by one and answers them as the test says."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.items: Iterator[pb.WorkItem] = backend.GetWorkItems(pb.GetWorkItemsRequest(), Call())

    def start(self, instance_id: str, **request: object) -> None:
        started = pb.CreateInstanceRequest(instanceId=instance_id, name="any", **request)
        self.backend.StartInstance(started, Call())

    def turn(self, *actions: pb.OrchestratorAction) -> pb.OrchestratorRequest:
        """Take an orchestrator's turn, which ends with these actions."""
        item = next(self.items)
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
    return Worker(backend)


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
    late = next(worker.items)
    worker.raise_event("one")
    worker.turn(AGAIN)
    worker.complete_activity(late)
    assert "taskCompleted" not in kinds(worker.turn().newEvents)


def test_a_result_that_comes_twice_counts_once(worker):
    worker.start("one")
    worker.turn(activity())
    item = next(worker.items)
    worker.complete_activity(item)
    worker.complete_activity(item)
    assert kinds(worker.turn().newEvents).count("taskCompleted") == 1


def test_a_late_result_does_not_wake_what_has_ended(worker, backend):
    worker.start("one")
    worker.turn(activity(), complete())
    worker.complete_activity(next(worker.items))
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
    busy = next(worker.items)
    worker.raise_event("busy")
    worker.start("ready")
    assert worker.turn().instanceId == "ready"
    assert busy.orchestratorRequest.instanceId == "busy"


def test_an_abandoned_activity_is_handed_out_again(worker, backend):
    worker.start("one")
    worker.turn(activity())
    abandoned = pb.AbandonActivityTaskRequest(completionToken=next(worker.items).completionToken)
    backend.AbandonTaskActivityWorkItem(abandoned, Call())
    assert next(worker.items).activityRequest.name == "work"


def test_every_event_is_dated(worker, backend):
    worker.start("one")
    worker.turn(activity())
    worker.complete_activity(next(worker.items))
    worker.turn(complete())
    history = backend._instances["one"].history
    assert len(history) == 8
    assert all(event.timestamp.seconds for event in history)


def test_any_state_lets_a_running_instance_be_replaced():
    backend = Backend(Options(replace_running=True))
    worker = Worker(backend)
    worker.start("one")
    old = next(worker.items)
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
