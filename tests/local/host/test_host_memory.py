"""What orchestrations cost that wait: the backend keeps the history of each of them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
WAITING = """
import resource
import durabletask.internal.orchestrator_service_pb2 as pb
from durabletask.internal import helpers
from local.host.backend import Backend, Call

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def wait(backend, instance_id):
    start = pb.CreateInstanceRequest(instanceId=instance_id, name="any")
    backend.StartInstance(start, Call())
    for task_id in range(10):
        turn = backend._hand_out(None)
        actions = [helpers.new_schedule_task_action(task_id, "work", "i" * 500, None)]
        backend.CompleteOrchestratorTask(pb.OrchestratorResponse(
            instanceId=instance_id, completionToken=turn.completionToken, actions=actions
        ), Call())
        activity = backend._hand_out(None)
        backend.CompleteActivityTask(pb.ActivityResponse(
            instanceId=instance_id, completionToken=activity.completionToken, taskId=task_id,
            result=helpers.get_string_value("r" * 2000),
        ), Call())
    backend.CompleteOrchestratorTask(pb.OrchestratorResponse(
        instanceId=instance_id, completionToken=backend._hand_out(None).completionToken
    ), Call())

backend = Backend()
wait(backend, "first")
before = peak()
for number in range(500):
    wait(backend, f"waiting-{number}")
print(peak() - before)
backend.stop()
"""


def test_500_waiting_orchestrations_of_ten_activities_cost_under_30_mb():
    """Of 25 kB each, half is what the activities were given and what they said."""
    command = [sys.executable, "-c", WAITING]
    told = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert told.returncode == 0, told.stderr
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(told.stdout) * unit < 30_000_000
