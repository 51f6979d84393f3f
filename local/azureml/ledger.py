"""Every request that came in, for whoever wants to prove what was asked and what was not."""

import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.azureml.store.clock import stamp

_SECRET = frozenset({"authorization", "x-identity-header"})


@dataclass
class Entry:
    """One request, filled in as it goes along."""

    method: str
    host: str
    path: str
    query: str
    request_headers: dict[str, str]
    request_body: Any
    seq: int = 0
    at: str = field(default_factory=stamp)
    status: int | None = None
    response_headers: dict[str, str] = field(default_factory=dict)
    duration_ms: float | None = None
    fault: str | None = None
    _started: float = field(default_factory=time.perf_counter)

    def finish(self, status: int | None, headers: Mapping[str, str]) -> None:
        """Notes the answer; a connection that was dropped has no status."""
        self.status = status
        self.response_headers = dict(headers)
        self.duration_ms = round((time.perf_counter() - self._started) * 1000, 3)

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}


class Ledger:
    """The entries in the order in which the requests came in; read by other threads than they."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._seq = 0

    def open(self, entry: Entry) -> None:
        with self._lock:
            self._seq += 1
            entry.seq = self._seq
            self._entries.append(entry)

    def entries(self, method: str = "", path: str = "", after: int = 0) -> list[dict[str, Any]]:
        """What matches; `path` is a regular expression on the decoded path."""
        with self._lock:
            found = list(self._entries)
        return [
            entry.as_json()
            for entry in found
            if entry.seq > after
            and (not method or entry.method == method.upper())
            and re.search(path, entry.path)
        ]

    def clear(self) -> None:
        """Empties it. Numbers go on, so that an `after` from before still means what it did."""
        with self._lock:
            self._entries.clear()


def readable(raw: bytes) -> Any:
    """A body as JSON where it is that, else as text, else as its size."""
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError:
        pass
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return f"<{len(raw)} bytes>"


def redacted(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers without their secrets: that there was one stays visible."""
    return {name: "<redacted>" if name in _SECRET else value for name, value in headers.items()}
