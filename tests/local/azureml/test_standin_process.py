"""The stand-in as a program and as an object."""

import json
import os
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from standin_client import a_workspace, workspace_id

from local.azureml import StandIn
from local.azureml.server import PortTaken


def program(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "local.azureml", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_program_says_when_it_is_ready_and_stops_when_told(tmp_path: Path, number: int) -> None:
    running = program("--port", "0", "--directory", str(tmp_path))
    assert running.stdout is not None
    ready = json.loads(running.stdout.readline())
    trust = ssl.create_default_context(cafile=ready["ca_file"])

    health = httpx.get(f"{ready['arm_url']}/_emulator/health", verify=trust)
    running.send_signal(number)
    _, errors = running.communicate(timeout=10)

    assert health.status_code == 200
    assert set(ready) == {"arm_url", "ca_file", "identity_endpoint", "identity_header"}
    assert (running.returncode, errors) == (0, "")


def test_a_taken_port_is_one_line_and_an_exit_code(azure: StandIn, tmp_path: Path) -> None:
    port = azure.url.rpartition(":")[2]

    running = program("--port", port, "--directory", str(tmp_path))
    _, errors = running.communicate(timeout=10)

    assert running.returncode == 1
    assert errors.count("\n") == 1
    assert port in errors


def test_a_taken_port_is_an_exception_of_its_own(azure: StandIn, tmp_path: Path) -> None:
    with pytest.raises(PortTaken), StandIn(int(azure.url.rpartition(":")[2]), tmp_path):
        pass


def test_starting_leaves_the_environment_alone(tmp_path: Path) -> None:
    before = dict(os.environ)

    with StandIn(directory=tmp_path) as azure:
        assert azure.ca_file == tmp_path / "ca.pem"

    assert dict(os.environ) == before


def test_a_reset_goes_back_to_what_the_process_was_started_with(tmp_path: Path) -> None:
    with StandIn(directory=tmp_path, seed={"workspaces": [a_workspace("dev")]}) as azure:
        trust = ssl.create_default_context(cafile=str(azure.ca_file))
        with httpx.Client(base_url=azure.url, verify=trust) as http:
            http.post("/_emulator/reset")
            found = http.get(
                workspace_id(), params={"api-version": "1"}, headers={"Authorization": "Bearer x"}
            )

    assert found.status_code == 200
