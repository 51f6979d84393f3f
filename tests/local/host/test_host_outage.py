"""The host is killed (SIGKILL) and started again, while its durable backend lives on."""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import httpx
import pytest
from azure.durable_functions.client import SyncDurableFunctionsClient
from durabletask.client import OrchestrationStatus
from durabletask.entities import EntityInstanceId
from host_conditions import parked, until

from local.host.durable import client_binding
from local.host.process import HostProcess
from local.processes import Process

ROOT = Path(__file__).parents[3]
APP = Path(__file__).parent / "outage_app"


class Outage:
    """The running app, and where it stops to be killed."""

    def __init__(self, directory):
        self.directory = directory
        self.app = directory / "app"
        self.environment = {"OUTAGE_DIRECTORY": str(directory)}
        self.host = self.client = None

    def start(self):
        shutil.copytree(APP, self.app, ignore=shutil.ignore_patterns("__pycache__"))
        host = HostProcess(
            self.app, self.directory, environment=self.environment, durable_apart=True
        )
        self.host = host.start()
        binding = client_binding(host.backend_address, host.url, "hub", "key")
        self.client = SyncDurableFunctionsClient(binding)
        return self

    @contextmanager
    def another_host(self, directory):
        arguments = ("--app", str(self.app), "--keys-file", str(directory / "keys.json"))
        backend = ("--backend", self.host.backend_address, "--port", "0")
        log = directory / "host.log"
        another = Process("local.host", *arguments, *backend, log=log, environment=self.environment)
        try:
            yield another.start()
        finally:
            another.stop()

    def stop(self):
        if self.host is not None:
            self.host.stop()
        if self.client is not None:
            self.client.close()

    def stop_at(self, gate):
        (self.directory / f"stop-{gate}").touch()

    def wait_at(self, gate):
        until((self.directory / f"at-{gate}").exists)
        (self.directory / f"at-{gate}").unlink()

    def open(self, gate):
        (self.directory / f"stop-{gate}").unlink()

    def forget_facts(self):
        (self.directory / "facts").write_text("")

    def facts(self):
        """How often each thing has taken effect."""
        return Counter((self.directory / "facts").read_text().splitlines())

    def schedule(self, name, instance_id=None, **more):
        return self.client.schedule_new_orchestration(name, instance_id=instance_id, **more)

    def output(self, instance_id):
        state = self.client.wait_for_orchestration_completion(instance_id, timeout=20)
        assert state.runtime_status is OrchestrationStatus.COMPLETED, state.failure_details
        return state.get_output()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    outage = Outage(tmp_path_factory.mktemp("outage"))
    try:
        yield outage.start()
    finally:
        outage.stop()


@pytest.fixture
def outage(running):
    running.forget_facts()
    if not running.host.running:  # an earlier test has failed in an outage
        running.host.restart()
    return running


FACTS = {"first": 1, "child": 1, "add": 1, "locked": 1, "last": 1}


@pytest.mark.parametrize(
    ("gate", "again"),
    [
        pytest.param("before-first", {}, id="before an activity takes effect"),
        pytest.param("after-first", {"first": 2}, id="after it took effect, before it is reported"),
        pytest.param("turn", {}, id="in the middle of an orchestrator's turn"),
        pytest.param("after-child", {"child": 2}, id="in a sub-orchestration"),
        pytest.param("after-add", {"add": 2}, id="in the middle of an entity's batch"),
        pytest.param("after-locked", {"locked": 2}, id="while it holds a lock"),
    ],
)
def test_an_orchestration_survives_a_kill(outage, gate, again):
    outage.stop_at(gate)
    instance = outage.schedule("flow", input=gate)
    outage.wait_at(gate)
    outage.host.kill()
    outage.open(gate)
    outage.client.raise_orchestration_event(instance, "go", data="raised in the outage")
    outage.host.restart()
    assert outage.output(instance) == [
        "first",
        "child",
        1,
        "locked",
        "raised in the outage",
        "last",
    ]
    assert outage.facts() == FACTS | again


def test_three_kills_in_a_row_lose_nothing(outage):
    outage.stop_at("after-3")
    instance = outage.schedule("fans_out", input=[str(number) for number in range(8)])
    for _ in range(3):
        outage.wait_at("after-3")
        outage.host.kill()
        outage.host.restart()
    outage.wait_at("after-3")
    outage.open("after-3")
    assert outage.output(instance) == [str(number) for number in range(8)]
    facts = outage.facts()
    assert facts["3"] == 4
    assert all(1 <= facts[str(number)] <= 4 for number in range(8))


def test_a_lock_stays_with_its_holder(outage):
    entity = EntityInstanceId("Counter", "kept")
    for name in ("holder", "next"):
        outage.schedule("holds_lock", name, input="kept")
        if name == "holder":
            parked(outage.client, name, '"locked"')
    outage.host.kill()
    assert outage.client.get_entity(entity) is None
    outage.client.raise_orchestration_event("next", "go")
    outage.host.restart()
    outage.client.raise_orchestration_event("holder", "go")
    outage.output("next")
    assert (outage.directory / "facts").read_text().splitlines()[1::2] == ["by holder", "by next"]
    assert outage.client.get_entity(entity).get_typed_state(int) == 2


def test_a_frozen_host_loses_its_work_and_what_it_says_later_is_refused(outage, tmp_path):
    outage.stop_at("after-frozen")
    instance = outage.schedule("fans_out", input=["frozen"])
    outage.wait_at("after-frozen")
    frozen = outage.host.process_id
    os.kill(frozen, signal.SIGSTOP)
    try:
        outage.open("after-frozen")
        with outage.another_host(tmp_path):
            assert outage.output(instance) == ["frozen"]
    finally:
        os.kill(frozen, signal.SIGCONT)
    until(lambda: "The durable backend was lost" in outage.host.log())
    assert outage.facts() == {"frozen": 2}
    history = outage.client.get_orchestration_history(instance)
    assert sum(type(event).__name__ == "TaskCompletedEvent" for event in history) == 1


def test_a_timer_that_came_due_in_the_outage_goes_off_after_it(outage):
    instance = outage.schedule("sleeps", input=0.3)
    parked(outage.client, instance)
    due = datetime.now(UTC) + timedelta(seconds=0.3)
    outage.host.kill()
    until(lambda: datetime.now(UTC) > due)
    outage.host.restart()
    assert outage.output(instance) is True


def test_what_clients_ask_for_in_an_outage_is_done(outage):
    client, start = outage.client, outage.schedule
    for name in ("collector", "terminated", "suspended"):
        parked(client, start("collects", name, input=3))
    start("fans_out", "purged", input=["purged"])
    outage.output("purged")
    outage.host.kill()
    for item in (1, 2, 3):
        client.raise_orchestration_event("collector", "item", data=item)
    client.terminate_orchestration("terminated", output="enough")
    client.suspend_orchestration("suspended")
    assert client.purge_orchestration("purged").deleted_instance_count == 1
    start("fans_out", "started", input=["started"])
    assert client.get_orchestration_state("started").runtime_status is OrchestrationStatus.PENDING
    with pytest.raises(grpc.RpcError, match="already exists"):
        start("fans_out", "started", input=["started"])
    outage.host.restart()
    assert outage.output("collector") == [1, 2, 3]
    assert client.wait_for_orchestration_completion("terminated").get_output() == "enough"
    assert (outage.output("started"), outage.facts()) == (["started"], {"purged": 1, "started": 1})
    until(lambda: status(client, "suspended") is OrchestrationStatus.SUSPENDED)


def status(client, instance_id):
    return client.get_orchestration_state(instance_id).runtime_status


def test_the_http_api_is_refused_in_an_outage_and_back_at_its_address_after_it(outage):
    url = f"{outage.host.url}/runtime/webhooks/durabletask/instances"
    query = {"code": outage.host.keys["durabletask"]}
    outage.host.kill()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, params=query)
    outage.host.restart()
    assert httpx.get(url, params=query).status_code == 200


def test_without_its_backend_the_host_says_503(tmp_path):
    outage = Outage(tmp_path)
    try:
        host = outage.start().host
        query = {"code": host.keys["durabletask"]}
        host.kill_backend()
        answer = httpx.get(f"{host.url}/runtime/webhooks/durabletask/instances", params=query)
        assert answer.status_code == 503
        until(lambda: "The durable backend was lost" in host.log())
    finally:
        outage.stop()


def test_a_host_without_a_backend_at_that_address_does_not_start(tmp_path, app_dir):
    command = [sys.executable, "-m", "local.host", "--app", app_dir, "--port", "0"]
    options = ["--keys-file", tmp_path / "keys.json", "--backend", "127.0.0.1:1"]
    ended = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        "error: no durable backend answers at 127.0.0.1:1 (UNAVAILABLE); "
        "start one with: python -m local.host.backend\n"
    )


STARTS_A_BACKEND = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "local.host.backend"], stdout=subprocess.PIPE)
print(child.pid, child.stdout.readline(), flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_backend_ends_with_the_process_that_started_it():
    command = [sys.executable, "-c", STARTS_A_BACKEND]
    told = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    ).stdout
    backend = int(told.split()[0])
    until(lambda: not alive(backend))


def alive(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{process_id}/stat").read_text().split(")")[1].startswith(" Z")


def test_a_backend_ends_on_a_signal():
    command = [sys.executable, "-m", "local.host.backend"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith('{"backend": "127.0.0.1:')
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=5)
    assert process.returncode == 0
