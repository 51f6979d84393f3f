"""Child processes that say, on one line of standard output, when they are ready."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

_STOP_SECONDS = 10
_NOT_INHERITED = ("AZURE", "IDENTITY_", "PROMOTION_", "REQUESTS_CA_BUNDLE")


class StartFailed(Exception):
    """A process ended before it was ready; the message is what it said on standard error."""


class Process:
    """`python -m module …`, from its start until it is stopped."""

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
        self.ready: dict[str, Any] = {}
        """What the process said when it was ready."""

    def start(self) -> Self:
        """Returns once the process is ready; StartFailed if it ends before that."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("w", encoding="utf-8") as log:
            # A session of its own: a Ctrl-C in the terminal stops us, and we stop it, in order.
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environment,
                text=True,
                start_new_session=True,
            )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self._process.wait()
            raise StartFailed(self.log().strip() or f"{self._command[2]} ended at once")
        self.ready = json.loads(line)
        return self

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def log(self) -> str:
        """What the process has written to standard error."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Ask it to stop, then make it."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
