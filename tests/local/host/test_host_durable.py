"""Orchestrations of an unchanged app, on the mended backend."""

import threading

import grpc
import pytest
from durabletask.client import OrchestrationStatus
from host_conditions import parked, until


def test_activities_run_one_after_the_other(run):
    assert run("six_activities", input=1).get_output() == 64


def test_activities_of_a_blueprint_run_side_by_side(run):
    assert run("greetings", input=["you", "me"]).get_output() == ["Hello you", "Hello me"]


def test_a_retry_policy_tries_again(run):
    assert run("with_retries", input=3).get_output() == "attempt 3"


def test_an_external_event_may_come_before_it_is_waited_for(client):
    instance = client.schedule_new_orchestration("wait_for_go")
    client.raise_orchestration_event(instance, "go", data={"by": "me"})
    state = client.wait_for_orchestration_completion(instance, timeout=10)
    assert state.get_output() == {"by": "me"}


def test_a_timer_ends_a_wait(run):
    assert run("go_or_timeout", input=0.05).get_output() == "timeout"


def test_a_failure_arrives_with_type_and_message(run):
    assert run("calls", input="fails_twice").get_output() == ["ConnectionError", "attempt 1"]


def test_a_failure_without_a_message_is_a_failure(run):
    assert run("calls", input="silent_failure").get_output() == ["ValueError", ""]


def test_an_activity_that_does_not_exist_is_named_to_its_caller(run):
    kind, message = run("calls", input="nobody").get_output()
    assert kind == "FunctionNotFound"
    assert "The function 'nobody' doesn't exist" in message
    assert "'double'" in message


def test_an_orchestrator_that_does_not_exist_fails(run):
    state = run("nobody")
    assert state.runtime_status is OrchestrationStatus.FAILED
    assert "'nobody' doesn't exist" in state.failure_details.message


def test_continue_as_new_leaves_its_timers_and_task_ids_behind(run):
    assert run("countdown", input=3).get_output() == "liftoff"


def test_host_json_limits_how_many_activities_run_at_once(client, app):
    instance = client.schedule_new_orchestration("occupies", input="room")
    until(lambda: app.RUNNING["room"] == 4)
    app.GATE.set()
    client.wait_for_orchestration_completion(instance, timeout=10)
    assert app.MOST["room"] == 4


def test_many_waiting_clients_hold_up_nobody_and_cost_no_threads(client):
    instances = [client.schedule_new_orchestration("wait_for_go") for _ in range(40)]
    before = threading.active_count()
    states: list[object] = []

    def wait(instance):
        states.append(client.wait_for_orchestration_completion(instance, timeout=20))

    waiters = [threading.Thread(target=wait, args=[i]) for i in instances]
    for waiter in waiters:
        waiter.start()
    # gRPC has some of its own, which come and go: forty more would be one for each client.
    assert threading.active_count() < before + len(waiters) + 20
    for instance in instances:
        client.raise_orchestration_event(instance, "go", data=1)
    for waiter in waiters:
        waiter.join(20)
    assert len(states) == 40


def test_parked_orchestrations_cost_no_threads(client):
    def park():
        return client.schedule_new_orchestration("go_or_timeout", input=3600)

    client.wait_for_orchestration_start(park(), timeout=10)
    before = threading.active_count()
    for instance in [park() for _ in range(50)]:
        client.wait_for_orchestration_start(instance, timeout=10)
        client.terminate_orchestration(instance)
    assert threading.active_count() < before + 20  # fifty would be one for each


def test_a_suspended_orchestration_keeps_its_events_until_it_is_resumed(client):
    instance = client.schedule_new_orchestration("wait_for_go")
    parked(client, instance)
    client.suspend_orchestration(instance)
    until(lambda: status(client, instance) is OrchestrationStatus.SUSPENDED)
    client.raise_orchestration_event(instance, "go", data=1)
    assert status(client, instance) is OrchestrationStatus.SUSPENDED
    client.resume_orchestration(instance)
    assert client.wait_for_orchestration_completion(instance, timeout=10).get_output() == 1


@pytest.mark.parametrize("what", ["raise_orchestration_event", "terminate_orchestration"])
def test_what_does_not_run_cannot_be_told_anything(client, run, what):
    ended = run("six_activities", input=1).instance_id
    arguments = ["go"] if what == "raise_orchestration_event" else []
    for instance, code in (("nobody", "NOT_FOUND"), (ended, "FAILED_PRECONDITION")):
        with pytest.raises(grpc.RpcError) as refused:
            getattr(client, what)(instance, *arguments)
        assert refused.value.code().name == code


def status(client, instance):
    return client.get_orchestration_state(instance).runtime_status
