"""Entities and their locks."""

import pytest
from durabletask.client import OrchestrationStatus
from durabletask.entities import EntityInstanceId
from host_conditions import parked, until


@pytest.fixture
def notes(client):
    """What is written in an entity."""

    def notes(key):
        entity = client.get_entity(EntityInstanceId("Notes", key))
        return entity.get_typed_state(list) if entity else []

    return notes


def lock(client, key, instance_id):
    client.schedule_new_orchestration("holds_lock", input=key, instance_id=instance_id)
    parked(client, instance_id, '"locked"')


def test_a_signal_waits_until_the_lock_is_released(client, notes):
    lock(client, "signal", "holder")
    client.signal_entity(EntityInstanceId("Notes", "signal"), "add", input="signal")
    until(lambda: client.get_entity(EntityInstanceId("Notes", "signal")).backlog_queue_size == 1)
    client.raise_orchestration_event("holder", "go")
    until(lambda: len(notes("signal")) == 3)
    assert notes("signal") == ["locked by holder", "released by holder", "signal"]


def test_a_second_lock_waits_for_the_first(client, notes):
    lock(client, "turns", "turn-1")
    client.schedule_new_orchestration("holds_lock", input="turns", instance_id="turn-2")
    client.raise_orchestration_event("turn-2", "go")
    client.raise_orchestration_event("turn-1", "go")
    client.wait_for_orchestration_completion("turn-2", timeout=10)
    assert [note.split()[-1] for note in notes("turns")] == ["turn-1"] * 2 + ["turn-2"] * 2


def test_opposite_orders_of_locks_do_not_deadlock(client):
    orders = [["x", "y"], ["y", "x"]] * 5
    instances = [client.schedule_new_orchestration("locks_two", input=o) for o in orders]
    outputs = [client.wait_for_orchestration_completion(i, timeout=20) for i in instances]
    assert {state.get_output() for state in outputs} == {"both"}


def test_the_lock_of_a_terminated_orchestration_is_released(client, notes):
    lock(client, "ended", "to-be-ended")
    client.terminate_orchestration("to-be-ended")
    client.wait_for_orchestration_completion("to-be-ended", timeout=10)
    lock(client, "ended", "next-holder")
    assert notes("ended")[-1] == "locked by next-holder"


def test_a_terminated_orchestration_that_waits_for_a_lock_never_gets_it(client, host, notes):
    lock(client, "queue", "queue-1")
    client.schedule_new_orchestration("holds_lock", input="queue", instance_id="queue-2")
    until(lambda: host.backend._mailboxes["@notes@queue"])
    client.terminate_orchestration("queue-2")
    client.wait_for_orchestration_completion("queue-2", timeout=10)
    client.raise_orchestration_event("queue-1", "go")
    lock(client, "queue", "queue-3")
    assert "locked by queue-2" not in notes("queue")


def test_who_holds_a_lock_can_be_seen(client):
    lock(client, "seen", "seen-holder")
    assert client.get_entity(EntityInstanceId("Notes", "seen"))._locked_by == "seen-holder"


def test_a_failing_operation_fails_its_caller_and_changes_nothing(run, notes):
    assert "cannot be spoilt" in run("spoils", input="clean").get_output()
    assert notes("clean") == []


def test_an_entity_without_state_does_not_exist(client, run):
    run("spoils", input="stateless")
    assert client.get_entity(EntityInstanceId("Notes", "stateless")) is None


def test_cleaning_spares_entities_that_are_locked(client):
    lock(client, "cleaned", "cleaner-holder")
    client.clean_entity_storage()
    client.raise_orchestration_event("cleaner-holder", "go")
    state = client.wait_for_orchestration_completion("cleaner-holder", timeout=10)
    assert state.runtime_status is OrchestrationStatus.COMPLETED
