"""What the executable does with what a terminal, a pipe or a bug does to it."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from unit.cli.service import World

from promotion.cli.running import run

FULL = Path("/dev/full")
PROGRAM = """
import sys
from datetime import UTC, datetime
import httpx
from promotion.cli import app
from promotion.cli.surroundings import Surroundings

def answer(request):
    status = "succeeded" if "if-none-match" in request.headers else "deploying"
    state = {"id": "p", "model": "taxi \\u00fc\\u6f22", "version": "1", "status": status,
             "stages": [{"name": "prod", "status": status}], "created": "2026-03-02T12:00:00Z"}
    if request.url.path.endswith("promotions"):
        return httpx.Response(200, json={"promotions": [state] * 3000, "next": None})
    return httpx.Response(200, json=state, headers={"ETag": "x"})

around = Surroundings(
    transport=httpx.MockTransport(answer), sleep=lambda _: None,
    environment={"PROMOTE_URL": "http://localhost:1"},
)
from promotion.cli.running import run
run(lambda: app.app(prog_name="promote", obj=around))
"""


def started(*words, **given):
    environment = {"PATH": os.environ["PATH"]} | given.pop("environment", {})
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | given,
    )


@pytest.mark.parametrize("words", [("show", "p"), ("show", "p", "--json"), ("list", "--json")])
def test_letters_that_the_output_does_not_have_are_written_otherwise(words):
    process = started(*words, environment={"PYTHONIOENCODING": "cp1252"})
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, b"")
    assert b"\\u6f22" in out


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_json_is_json_in_every_encoding(encoding):
    process = started("show", "p", "--json", environment={"PYTHONIOENCODING": encoding})
    out, _ = process.communicate(timeout=30)
    assert json.loads(out.decode(encoding))["model"] == "taxi ü漢"


def test_watch_is_drawn_on_a_terminal_that_knows_only_ascii():
    ours, its = pty.openpty()
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "xterm"}
    process = started("watch", "p", environment=plain, stdout=its, stderr=its)
    os.close(its)
    seen = []
    reader = Thread(target=_read, args=(ours, seen), daemon=True)
    reader.start()
    assert process.wait(30) == 0
    reader.join(5)
    assert b"\\u6f22:1 has " in b"".join(seen)


def _read(descriptor, seen):
    try:
        while part := os.read(descriptor, 4096):
            seen.append(part)
    except OSError:  # nobody has the other end any more
        return


@pytest.mark.skipif(not FULL.exists(), reason="this system has no full disk to try")
def test_a_full_disk_is_no_answer_and_said_in_a_line():
    with FULL.open("wb") as full:
        process = started("list", "--json", stdout=full)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 5
    assert err == b"promote broke: OSError: No space left on device. PROMOTE_DEBUG=1 shows where.\n"


def test_who_reads_no_further_hears_nothing_and_is_told_no_no():
    process = started("list", "--json")
    process.stdout.read(1)
    process.stdout.close()
    err = process.stderr.read()
    assert (process.wait(30), err) == (141, b"")


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_without_an_output_there_is_nothing_to_complain_of(closed):
    shell = f'exec "$0" "$@" {"1" if closed == "stdout" else "2"}>&-'
    program = ["sh", "-c", shell, sys.executable, "-c", PROGRAM, "show", "p"]
    found = subprocess.run(program, capture_output=True, check=False, timeout=30)
    assert (found.returncode, found.stderr) == (0, b"")


@pytest.mark.parametrize("debug", [False, True])
def test_what_is_not_expected_ends_with_5_and_its_text_is_told_only_to_who_asks(
    debug, monkeypatch, capsys
):
    def breaks():
        raise RuntimeError("s3cret-marked")

    monkeypatch.setenv("PROMOTE_DEBUG", "1" if debug else "")
    with pytest.raises(SystemExit) as ended:
        run(breaks)
    said = capsys.readouterr().err
    assert ended.value.code == 5
    assert ("s3cret-marked" in said, "Traceback" in said) == (debug, debug)


@pytest.mark.parametrize("words", [["list"], ["no-such"]])
def test_how_a_command_ends_is_left_as_it_is(words):
    from promotion.cli.app import app

    world = World(who=None)
    code = {"list": 3, "no-such": 2}[words[0]]
    with pytest.raises(SystemExit) as ended:
        run(lambda: app(words, prog_name="promote", obj=world.around))
    assert ended.value.code == code
