"""`python -m local.host`, and what it refuses at start."""

import json
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def spawn(app_dir, tmp_path):
    started = []

    def spawn(app=app_dir, *options):
        keys = ["--keys-file", str(tmp_path / "keys.json"), "--port", "0"]
        command = [sys.executable, "-m", "local.host", "--app", str(app), *keys, *options]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)
        started.append(process)
        return process

    yield spawn
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def refused(spawn, tmp_path):
    """Start an app of the given source; returns what is said on standard error."""

    def refused(source):
        (tmp_path / "function_app.py").write_text(HEADER + source)
        process = spawn(tmp_path)
        output, errors = process.communicate(timeout=20)
        assert (process.returncode, output) == (1, "")
        return errors

    return refused


HEADER = """
import azure.functions as func
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
"""


def test_one_line_says_that_the_host_serves_and_a_signal_ends_it(spawn, tmp_path):
    process = spawn()
    ready = json.loads(process.stdout.readline())
    keys = json.loads((tmp_path / "keys.json").read_text())
    url = f"{ready['host_url']}/api/with-key?code={keys['default']}"
    assert httpx.get(url).text == "opened"
    assert "on_event" in ready["functions"]
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=5)
    assert (process.returncode, output, errors) == (0, "", "")


def test_keys_are_made_once_and_for_their_owner_only(spawn, tmp_path):
    path = tmp_path / "keys.json"
    path.write_text('{"master": "kept", "other": "kept too"}')
    process = spawn()
    process.stdout.readline()
    keys = json.loads(path.read_text())
    assert (keys["master"], keys["other"]) == ("kept", "kept too")
    assert len({keys["default"], keys["eventgrid"], keys["durabletask"]}) == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_taken_port_is_one_clear_line(spawn, app_dir):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = spawn(app_dir, "--port", str(port))
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert errors == f"error: cannot listen on port {port}: Address already in use\n"


def test_an_app_that_cannot_be_imported_shows_its_traceback(refused):
    errors = refused("import nothing_of_the_kind\n")
    first, *rest = errors.splitlines()
    missing = "ModuleNotFoundError: No module named 'nothing_of_the_kind'"
    assert first == f"error: indexing failed: {missing}"
    assert any("function_app.py" in line for line in rest)


def test_a_directory_without_an_app_is_refused(spawn, tmp_path):
    _, errors = spawn(tmp_path).communicate(timeout=20)
    assert errors == f"error: {tmp_path} has no function_app.py\n"


@pytest.mark.parametrize(
    ("functions", "complaint"),
    [
        (
            [("a_b", 'route("one")', "req: func.HttpRequest"), ("A_B", 'route("two")', "req")],
            "error: function names differ only by case: A_B, a_b\n",
        ),
        (
            [("one", 'route("x/{a}")', "req"), ("two", 'route("X/{b}", methods=["GET"])', "req")],
            "error: functions 'one' and 'two' have the same route: GET api/X/{b}\n",
        ),
        (
            [("one", 'timer_trigger(schedule="0 61 * * * *", arg_name="t")', "t")],
            "error: function 'one': schedule '0 61 * * * *': '61' is not a minute from 0 to 59\n",
        ),
        (
            [("one", 'timer_trigger(schedule="%NOT_SET%", arg_name="t")', "t")],
            "error: function 'one': schedule '%NOT_SET%': the setting NOT_SET is missing\n",
        ),
        (
            [("one", 'route("x/{a:colour}")', "req")],
            "error: route 'api/x/{a:colour}': 'colour' is not a route constraint\n",
        ),
    ],
)
def test_what_azure_would_refuse_is_refused_at_start(refused, functions, complaint):
    source = "".join(f"@app.{d}\ndef {name}({p}):\n    pass\n" for name, d, p in functions)
    assert refused(source) == complaint


def test_host_json_that_is_not_json_is_refused(refused, tmp_path):
    (tmp_path / "host.json").write_text("{")
    assert refused("").startswith(f"error: {tmp_path}/host.json is not JSON: ")
