"""Child processes that say, on one line of standard output, when they are ready."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

_START_SECONDS = 60
_STOP_SECONDS = 10
_NOT_INHERITED = ("AZURE", "IDENTITY_", "PROMOTION_", "REQUESTS_CA_BUNDLE")


class StartFailed(Exception):
    """A process was not ready; the message is what it said on standard error."""


class Process:
    """`python -m module …`, from its start until it is stopped. It may be started again."""

    def __init__(
        self,
        module: str,
        *arguments: str,
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        # What this process was told about some Azure is not for its children: azure-ai-ml, for
        # one, keeps the name of the cloud that it used last in the environment.
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_INHERITED)}
        self._environment = {**inherited, **(environment or {})}
        self._log = log
        self._log_mode = "w"
        self._process: subprocess.Popen[str] | None = None
        self.ready: dict[str, Any] = {}
        """What the process said when it was ready."""

    def start(self, *more: str) -> Self:
        """Returns once the process is ready; StartFailed if it ends before that, or takes too long.

        `more` arguments are for this start only.
        """
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open(self._log_mode, encoding="utf-8") as log:
            # A session of its own: a Ctrl-C in the terminal stops us, and we stop it, in order.
            self._process = subprocess.Popen(
                [*self._command, *more],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environment,
                text=True,
                start_new_session=True,
            )
        self._log_mode = "a"
        line = _first_line(self._process)
        if not line:
            self.kill()
            raise StartFailed(self.log().strip() or f"{self._command[2]} ended at once")
        self.ready = json.loads(line)
        return self

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int:
        """That of its last start; it leads a process group of its own."""
        if self._process is None:
            raise ValueError(f"{self._command[2]} has not been started")
        return self._process.pid

    def log(self) -> str:
        """What the process has written to standard error, since its first start."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Ask it to stop, then make it. Nothing if it does not run."""
        if self._process is None:
            return
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it, and what it started, at once (SIGKILL): it can tidy nothing up."""
        if self._process is None:
            return
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_STOP_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()


def _first_line(process: subprocess.Popen[str]) -> str:
    """The line that says it is ready; empty if it ends or takes too long."""
    if process.stdout is None:
        return ""
    readable, _, _ = select.select([process.stdout], [], [], _START_SECONDS)
    return process.stdout.readline() if readable else ""
