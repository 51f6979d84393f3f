"""The host as a process that tests may kill at any moment and start again."""

import json
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from local.processes import Process, StartFailed


class HostProcess:
    """`python -m local.host` for an app; its logs and keys are in a directory.

        with HostProcess("path/to/app", tmp_path, durable_apart=True) as host:
            ...
            host.kill()  # SIGKILL: what it was doing is half done
            ...          # timers go off, events arrive, locks stay held
            host.restart()  # at the same address

    With `durable_apart` the durable backend has a process of its own, which lives from start() to
    stop(); otherwise orchestrations end with the host.
    """

    def __init__(
        self,
        app: str | Path,
        directory: Path,
        *,
        port: int = 0,
        environment: Mapping[str, str] | None = None,
        durable_apart: bool = False,
    ) -> None:
        self._keys_file = directory / "keys.json"
        self._backend = (
            Process("local.host.backend", log=directory / "backend.log") if durable_apart else None
        )
        self._port = port
        self._reserved: socket.socket | None = None
        arguments = ("--app", str(app), "--keys-file", str(self._keys_file))
        self._host = Process(
            "local.host", *arguments, log=directory / "host.log", environment=environment
        )

    def start(self) -> Self:
        """Everything up; processes.StartFailed if something cannot start."""
        try:
            if self._backend is not None:
                self._port, self._reserved = _reserve(self._port)
                self._backend.start()
            self.restart()
        except BaseException:
            self.stop()
            raise
        return self

    def kill(self) -> None:
        """End the host with its worker at once (SIGKILL). A backend of its own lives on."""
        self._host.kill()

    def kill_backend(self) -> None:
        """End the backend at once, and with it everything that it knows."""
        if self._backend is not None:
            self._backend.kill()

    def restart(self) -> None:
        """Start the host again; returns when it answers requests."""
        backend = ("--backend", self.backend_address) if self._backend is not None else ()
        self._host.start("--port", str(self._port), *backend)

    def stop(self) -> None:
        self._host.stop()
        if self._backend is not None:
            self._backend.stop()
        if self._reserved is not None:
            self._reserved.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether the host runs, and its backend if that has a process of its own."""
        return self._host.running and (self._backend is None or self._backend.running)

    @property
    def process_id(self) -> int:
        """The host's, and its process group's."""
        return self._host.process_id

    @property
    def url(self) -> str:
        return str(self._host.ready["host_url"])

    @property
    def keys(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self._keys_file.read_text(encoding="utf-8"))
        return found

    @property
    def backend_address(self) -> str:
        """Where a durable client reaches the backend, also while the host is down."""
        if self._backend is None:
            raise ValueError("the durable backend is part of the host: pass durable_apart=True")
        return str(self._backend.ready["backend"])

    def log(self) -> str:
        """What the host and the app have logged, since the first start."""
        return self._host.log()


def _reserve(port: int) -> tuple[int, socket.socket | None]:
    """The port, any free one for 0, and a socket that keeps it for the host while it is down.

    The socket does not listen, so the host may share the port and clients are refused. Linux allows
    that; elsewhere the port is only looked up, and somebody else might take it.
    """
    reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind(("127.0.0.1", port))
    except OSError as error:
        reserved.close()
        raise StartFailed(f"cannot listen on port {port}: {error.strerror}") from error
    number: int = reserved.getsockname()[1]
    if sys.platform == "linux":
        return number, reserved
    reserved.close()
    return number, None
