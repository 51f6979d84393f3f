"""Plays the terminal session of a page on the local service: to check it, or to record it anew.

``python -m docs.record`` writes docs/how-to/three-environments.md anew, with what its commands
print. The text around them stays. Lines that begin with ``$`` in blocks of kind ``console`` are
commands; one that waits for a person goes on while the others of its section are typed.
"""

import io
import re
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Final

from local import register
from local.cloud import ROOT, LocalCloud
from local.serve import write_what_clients_need

PAGE: Final = ROOT / "docs/how-to/three-environments.md"
POLICY: Final = ROOT / "local/three-environments/promotion.yaml"
COLUMNS: Final = "100"
_BLOCK: Final = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
_VARIES: Final = (
    (re.compile(r"\d{4}-\d{2}-\d{2}"), "DAY"),
    (re.compile(r"\d{2}:\d{2}(:\d{2})?"), "TIME"),
    (re.compile(r"\d+ (s|min|h|d) ago"), "AGE ago"),
    (re.compile(r"[\d.]+ ms\b"), "N ms"),
    (re.compile(r"\b[0-9a-f]{8}\b"), "HEX"),
)
_READS: Final = ("list", "show", "targets", "plan")
_WAITS: Final = "promote approve "
"""What a promotion says that is followed and waits for a person: the session goes on elsewhere."""
_PATIENCE: Final = 60.0


class Command:
    """One command of a session, and what it printed."""

    def __init__(self, typed: str, printed: str) -> None:
        self.typed, self.printed = typed, printed

    @property
    def essence(self) -> list[str]:
        """What was printed, without what is another in every session."""
        return essence(self.printed)


def essence(text: str) -> list[str]:
    """Its words, without what varies; lines may be folded elsewhere."""
    for pattern, instead in _VARIES:
        text = pattern.sub(instead, text)
    return text.split()


def session(page: str) -> list[list[Command]]:
    """The commands of each section, with what the page says that they print."""
    return [list(_commands(section)) for section in page.split("\n## ")]


def _commands(section: str) -> Iterator[Command]:
    for block in _BLOCK.findall(section):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            typed, _, printed = _joined(part).partition("\n")
            yield Command(typed, printed)


def _joined(part: str) -> str:
    return part.replace("\\\n", "\0")


def rewritten(page: str, played: Iterator[Command]) -> str:
    """The page with what those commands printed."""

    def block(found: re.Match[str]) -> str:
        count = len(re.findall(r"^\$ ", found.group(), flags=re.MULTILINE))
        told = (next(played) for _ in range(count))
        return "".join(f"$ {one.typed}\n{one.printed}".replace("\0", "\\\n") for one in told)

    return _BLOCK.sub(block, page)


class Terminal:
    """Types commands, each after the one before, and remembers what they printed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._code = 0
        self._followed: list[_Process] = []

    def play(self, commands: list[Command]) -> list[Command]:
        """What they print here, when all of them have ended."""
        played: list[Callable[[], str]] = [self._type(one) for one in commands]
        return [Command(one.typed, told()) for one, told in zip(commands, played, strict=True)]

    def _type(self, command: Command) -> Callable[[], str]:
        words = shlex.split(command.typed.replace("\0", " "))
        match words:
            case ["export", *_]:
                text = ""
            case ["echo", _]:
                text = f"{self._code}\n"
            case [_, "-m", "local.register", *given]:
                text = self._register(given)
            case ["promote", verb, *_] if verb in _READS:
                text = self._settled(words, command)
            case ["promote", *_]:
                return self._run(words).text_in_the_end
            case _:
                raise ValueError(f"the session has a command that cannot be played: {words}")
        return lambda: text

    def _register(self, words: list[str]) -> str:
        with redirect_stdout(io.StringIO()) as said:
            register.main(words, self._directory / "serve.json")
        return said.getvalue()

    def _settled(self, words: list[str], command: Command) -> str:
        """What it prints when nothing moves any more, or what the page has."""
        before, deadline = "", time.monotonic() + _PATIENCE
        while True:
            now = self._run(words).text_in_the_end()
            same = essence(now) == essence(before)
            if essence(now) == command.essence or same or time.monotonic() > deadline:
                return now
            before = now
            time.sleep(1)

    def _run(self, words: list[str]) -> "_Process":
        known = [(one, one.printed) for one in self._followed]
        process = _Process(words[1:], self._directory)
        self._code = process.wait_or_leave()
        if process.goes_on:
            self._followed.append(process)
        if words[1] == "approve" and self._code == 0:
            for one, printed in known:
                one.wait_for_more(printed)
        return process


class _Process:
    """One ``promote``; its output is read while others are typed."""

    def __init__(self, words: list[str], directory: Path) -> None:
        self._lines: list[str] = []
        config = str(directory / "promote.toml")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "promotion.cli", *words],
            cwd=ROOT,
            env={"PROMOTE_CONFIG": config, "COLUMNS": COLUMNS, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_or_leave(self) -> int:
        """Its exit code; 0 when it goes on, because it waits for a person."""
        deadline = time.monotonic() + _PATIENCE
        while self._reader.is_alive() and time.monotonic() < deadline:
            if any(line.strip().startswith(_WAITS) for line in self._lines):
                return 0
            time.sleep(0.05)
        return self._process.wait(_PATIENCE)

    @property
    def goes_on(self) -> bool:
        return self._reader.is_alive()

    @property
    def printed(self) -> int:
        """Lines so far."""
        return len(self._lines)

    def wait_for_more(self, printed: int) -> None:
        """Until it prints what comes of a decision, so that the next command comes after it."""
        deadline = time.monotonic() + _PATIENCE
        while self.goes_on and self.printed <= printed and time.monotonic() < deadline:
            time.sleep(0.05)

    def text_in_the_end(self) -> str:
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reader.join(_PATIENCE)
        return "".join(self._lines)

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._lines.append(line)


@contextmanager
def three_environments(directory: Path) -> Iterator[Terminal]:
    """The local service with the policy of the page, and a terminal to use it."""
    with LocalCloud(directory, policy=POLICY) as cloud:
        write_what_clients_need(cloud, directory)
        yield Terminal(directory)


def main() -> None:
    """Record the session anew."""
    page = PAGE.read_text(encoding="utf-8")
    with (
        tempfile.TemporaryDirectory() as directory,
        three_environments(Path(directory)) as terminal,
    ):
        played = [one for section in session(page) for one in terminal.play(section)]
    PAGE.write_text(rewritten(page, iter(played)), encoding="utf-8")


if __name__ == "__main__":
    main()
