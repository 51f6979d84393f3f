"""Rewinding a failed orchestration."""

import grpc
import pytest
from durabletask.client import OrchestrationStatus


def test_a_rewind_runs_what_failed_again_and_keeps_what_did_not(client, run):
    instance = run("without_retries").instance_id
    for _ in range(2):
        client.rewind_orchestration(instance)
        state = client.wait_for_orchestration_completion(instance, timeout=10)
    assert state.get_output() == [2, "attempt 3"]


def test_a_rewind_after_retries_is_refused_with_the_reason(client, run):
    state = run("with_retries", input=2)
    assert state.runtime_status is OrchestrationStatus.FAILED
    with pytest.raises(grpc.RpcError) as refused:
        client.rewind_orchestration(state.instance_id)
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert "retry policy" in refused.value.details()
    assert client.get_orchestration_state(state.instance_id).failure_details is not None


def test_a_rewind_of_a_parent_looks_at_its_failed_children(client, run):
    state = run("strict_parent", input="with_retries")
    with pytest.raises(grpc.RpcError, match="cannot be rewound"):
        client.rewind_orchestration(state.instance_id)


def test_a_rewind_starts_again_what_was_still_under_way(client, run, app):
    app.GATE.clear()
    instance = run("fails_while_busy").instance_id
    client.rewind_orchestration(instance)
    client.wait_for_orchestration_completion(instance, timeout=10)
    client.rewind_orchestration(instance)
    app.GATE.set()
    state = client.wait_for_orchestration_completion(instance, timeout=10)
    assert state.get_output() == "attempt 3"
