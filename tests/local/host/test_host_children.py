"""Sub-orchestrations."""

from durabletask.client import OrchestrationStatus
from host_conditions import parked, until


def start_pair(client, name, parent="parent"):
    instance = client.schedule_new_orchestration(parent, input=name)
    child = f"{instance}-child"
    parked(client, child)
    return instance, child


def test_a_parent_waits_for_its_child_without_a_clock(client, host):
    """The stock backend lets a thread wait, for 30 s; ours only remembers who is to be told."""
    instance, child = start_pair(client, "wait_for_go")
    assert host.backend._state_waiters == {}
    assert host.backend._instances[child].parent.instance_id == instance
    client.raise_orchestration_event(child, "go", data="gone")
    assert client.wait_for_orchestration_completion(instance, timeout=10).get_output() == "gone"


def test_a_child_knows_its_parent(run):
    state = run("parent", input="who_is_my_parent")
    assert state.get_output() == state.instance_id


def test_a_childs_failure_reaches_its_parent_as_it_was(run):
    assert run("parent", input="failing_child").get_output() == ["builtins.KeyError", "'lost'"]


def test_a_child_that_cannot_start_fails_its_parent(client, run):
    client.schedule_new_orchestration("wait_for_go", instance_id="busy-child")
    kind, message = run("parent", input="wait_for_go", instance_id="busy").get_output()
    assert kind == "OrchestrationAlreadyExists"
    assert "busy-child" in message


def test_a_child_whose_parent_ends_first_runs_on(client):
    instance, child = start_pair(client, None, parent="hasty_parent")
    client.wait_for_orchestration_completion(instance, timeout=10)
    client.raise_orchestration_event(child, "go", data="on my own")
    assert client.wait_for_orchestration_completion(child, timeout=10).get_output() == "on my own"


def test_a_recursive_termination_ends_the_children_too(client):
    instance, child = start_pair(client, "wait_for_go")
    client.terminate_orchestration(instance, output="enough", recursive=True)
    state = client.wait_for_orchestration_completion(child, timeout=10)
    assert state.runtime_status is OrchestrationStatus.TERMINATED
    assert state.get_output() == "enough"


def test_another_termination_leaves_the_children_alone(client):
    instance, child = start_pair(client, "wait_for_go")
    client.terminate_orchestration(instance, recursive=False)
    client.wait_for_orchestration_completion(instance, timeout=10)
    assert client.get_orchestration_state(child).runtime_status is OrchestrationStatus.RUNNING


def test_a_parent_hears_that_its_child_was_terminated(client):
    instance, child = start_pair(client, "wait_for_go")
    client.terminate_orchestration(child)
    kind, message = client.wait_for_orchestration_completion(instance, timeout=10).get_output()
    assert kind == "OrchestrationTerminated"
    assert child in message


def test_a_parent_forgets_a_child_that_has_ended(client, host):
    instance, child = start_pair(client, "wait_for_go")
    client.raise_orchestration_event(child, "go")
    client.wait_for_orchestration_completion(instance, timeout=10)
    until(lambda: not host.backend._instances[instance].children)
