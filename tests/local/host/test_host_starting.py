"""Starting an id that exists, and starting later: as Azure does it."""

from datetime import UTC, datetime, timedelta

import durabletask.internal.orchestrator_service_pb2 as pb
import grpc
import pytest
from durabletask.client import OrchestrationStatus
from host_conditions import parked


def test_an_id_that_runs_is_refused_whatever_the_policy_says(client):
    client.schedule_new_orchestration("wait_for_go", instance_id="taken")
    policy = pb.OrchestrationIdReusePolicy(replaceableStatus=[pb.ORCHESTRATION_STATUS_RUNNING])
    with pytest.raises(grpc.RpcError) as refused:
        client.schedule_new_orchestration(
            "wait_for_go", instance_id="taken", reuse_id_policy=policy
        )
    assert refused.value.code() is grpc.StatusCode.ALREADY_EXISTS


def test_an_id_that_has_ended_is_replaced(run):
    assert run("six_activities", input=1, instance_id="again").get_output() == 64
    assert run("six_activities", input=2, instance_id="again").get_output() == 128


def test_a_late_result_of_the_old_instance_does_not_reach_the_new_one(client, run, app):
    app.GATE.clear()
    client.schedule_new_orchestration("occupies", input="old", instance_id="reused")
    client.wait_for_orchestration_start("reused", timeout=10)
    client.terminate_orchestration("reused")
    client.wait_for_orchestration_completion("reused", timeout=10)
    client.schedule_new_orchestration("wait_for_go", instance_id="reused")
    app.GATE.set()
    client.raise_orchestration_event("reused", "go", data="new")
    state = client.wait_for_orchestration_completion("reused", timeout=10)
    assert state.get_output() == "new"


def test_an_id_for_entities_is_refused(client):
    with pytest.raises(grpc.RpcError, match="reserved for entities"):
        client.schedule_new_orchestration("wait_for_go", instance_id="@notes@mine")


def test_a_start_in_the_future_waits_also_when_events_come(client):
    soon = datetime.now(UTC) + timedelta(seconds=0.3)
    instance = client.schedule_new_orchestration("wait_for_go", start_at=soon)
    client.raise_orchestration_event(instance, "go", data=1)
    assert client.get_orchestration_state(instance).runtime_status is OrchestrationStatus.PENDING
    state = client.wait_for_orchestration_completion(instance, timeout=10)
    assert state.get_output() == 1
    assert datetime.now(UTC) >= soon


def test_what_has_not_started_is_terminated_without_running(client):
    later = datetime.now(UTC) + timedelta(hours=1)
    instance = client.schedule_new_orchestration("wait_for_go", start_at=later)
    client.terminate_orchestration(instance, output="never mind")
    state = client.wait_for_orchestration_completion(instance, timeout=10)
    assert state.runtime_status is OrchestrationStatus.TERMINATED
    assert state.serialized_custom_status is None


def test_a_purged_instance_is_gone(client, run):
    instance = run("six_activities", input=1).instance_id
    assert client.purge_orchestration(instance).deleted_instance_count == 1
    assert client.get_orchestration_state(instance) is None


def test_what_runs_is_not_purged(client):
    instance = client.schedule_new_orchestration("wait_for_go")
    parked(client, instance)
    assert client.purge_orchestration(instance).deleted_instance_count == 0
