import os
import re
import subprocess
import sys
import tomllib

import pytest

from promotion.settings import APP_ROOT

FILES = ("requirements.txt", "requirements-dev.txt", "requirements.lock")


def pins(name):
    """Versions by package in that requirements file."""
    lines = (APP_ROOT / name).read_text(encoding="utf-8").splitlines()
    found = (line.partition("#")[0].partition(";")[0].strip().split("==") for line in lines)
    return {pair[0].lower(): pair[1] for pair in found if len(pair) == 2}


def test_what_is_installed_with_the_command_line_is_what_is_tested():
    project = tomllib.loads((APP_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    named = [*project["dependencies"], *(one for extra in extras for one in extra)]
    known = {package: version for name in FILES for package, version in pins(name).items()}
    assert {one: known.get(one.partition("==")[0]) for one in named} == {
        one: one.partition("==")[2] for one in named
    }


def loaded_by(*words):
    """Modules that ``promote`` with those words has loaded in a fresh interpreter."""
    code = (
        "import sys, promotion.cli.app as app\n"
        f"sys.argv = ['promote', *{words!r}]\n"
        "try: app.main()\n"
        "finally: print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    clean = {"PATH": os.environ["PATH"], "PROMOTE_CONFIG": "/no/such"}
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=APP_ROOT,
        env=clean,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stderr.split()), run


@pytest.mark.parametrize(
    "words", [("--help",), ("list", "--help"), ("policy", "--help"), ("report", "--help")]
)
def test_help_loads_nothing_that_takes_long(words):
    loaded, run = loaded_by(*words)
    assert run.stdout.startswith("Usage: promote")
    # typer itself loads pydantic for the options of a command.
    slow = {"azure.identity", "azure.core", "httpx", "rich", "asyncio"}
    rules = {"promotion.core", "promotion.api"}
    assert not loaded & (slow | rules if len(words) > 1 else slow | rules | {"pydantic"})


def test_the_command_tells_its_version():
    run = loaded_by("--version")[1]
    assert re.fullmatch(r"promote \d+\.\d+\.\d+\n", run.stdout)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands(shell):
    env = {"_PROMOTE_COMPLETE": f"complete_{shell}", "COMP_WORDS": "promote ro", "COMP_CWORD": "1"}
    args = {"_TYPER_COMPLETE_ARGS": "promote ro", "PATH": os.environ["PATH"]}
    run = subprocess.run(
        [sys.executable, "-m", "promotion.cli"],
        cwd=APP_ROOT,
        env=env | args | {"_TYPER_COMPLETE_FISH_ACTION": "get-args"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "rollback" in run.stdout
    assert "submit" not in run.stdout
