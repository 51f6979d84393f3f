"""``dashboard``: its port, its end, and the browser. The page has tests of its own."""

import json
import os
import signal
import socket
import subprocess
import sys

import httpx
import pytest
from unit.cli.records import a_history, typed, written

from promotion.settings import APP_ROOT


@pytest.fixture
def file(tmp_path):
    return written(a_history(), tmp_path / "audit.jsonl")


@pytest.fixture
def serving(file):
    """The command as a process, with the first line that it says."""
    words = ("dashboard", "--port", "0", "--audit-file", str(file))
    with subprocess.Popen(
        [sys.executable, "-m", "promotion.cli", *words],
        cwd=APP_ROOT,
        env={"PATH": os.environ["PATH"], "PROMOTE_CONFIG": "/no/such"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def test_it_serves_this_machine_until_ctrl_c_and_ends_quietly(serving, file):
    process, said = serving
    assert said.startswith(f"The dashboard of {file}: http://127.0.0.1:")
    url = said.split(": ")[1].split()[0]
    assert "<!doctype html>" in httpx.get(url).text
    rows = httpx.get(f"{url}/answers/what-serves").json()["rows"]
    assert [row["place"] for row in rows] == ["taxi"]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def test_scripts_read_its_address_as_json(file):
    words = ("dashboard", "--port", "0", "--audit-file", str(file), "--json")
    with subprocess.Popen(
        [sys.executable, "-m", "promotion.cli", *words],
        cwd=APP_ROOT,
        env={"PATH": os.environ["PATH"], "PROMOTE_CONFIG": "/no/such"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        url = json.loads(process.stdout.readline())["url"]
        process.kill()
    assert url.startswith("http://127.0.0.1:")


def test_a_port_that_is_taken_is_said_with_the_way_out(file):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        result = typed("dashboard", "--port", port, "--audit-file", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Port {port} of this machine cannot be taken: ")
    assert "Perhaps make serve shows it there already" in result.stderr
    assert "--port (make: PORT=7080) names another one" in result.stderr


class Opened(BaseException):
    """Ends the command where it opens a browser."""


def test_a_browser_is_opened_where_that_is_asked_for(file):
    opened = []

    def open_page(url):
        opened.append(url)
        raise Opened

    words = ("dashboard", "--port", "0", "--audit-file", str(file), "--open")
    with pytest.raises(Opened):
        typed(*words, open_page=open_page)
    assert opened[0].startswith("http://127.0.0.1:")


def test_a_file_that_is_not_written_yet_is_waited_for(tmp_path):
    def open_page(_):
        raise KeyboardInterrupt

    file = tmp_path / "later.jsonl"
    words = ("dashboard", "--port", "0", "--audit-file", str(file), "--open")
    result = typed(*words, open_page=open_page)
    assert result.stderr == f"{file} is not there yet; the page shows it when it is written.\n"


def test_without_the_extra_it_is_said_how_to_install_it(file, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = typed("dashboard", "--port", "0", "--audit-file", str(file))
    assert result.exit_code == 2
    assert result.stderr.startswith("This takes uvicorn, which is not installed.")
