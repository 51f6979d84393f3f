"""The dashboard of a service here: the command ``promote dashboard``, as a process of its own."""

from pathlib import Path
from typing import Self

from local.processes import Process


class Dashboard:
    """Shows what `audit_file` has, at `url`, from its start until it is stopped."""

    def __init__(self, audit_file: Path, port: int = 0) -> None:
        """0 takes any port that is free."""
        audit_file.touch()  # it is there before the first record
        named = ("--audit-file", str(audit_file.resolve()), "--port", str(port))
        log = audit_file.with_name("dashboard.log")
        self._process = Process("promotion.cli", "dashboard", *named, "--json", log=log)

    @property
    def url(self) -> str:
        """For a browser on this machine."""
        return str(self._process.ready["url"])

    def __enter__(self) -> Self:
        """StartFailed if it cannot start."""
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()
