"""The audit file of a service on this machine."""

import errno
import json
import os
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from promotion.core.errors import Terminal
from promotion.report.queries import Query
from promotion.report.records import Records
from promotion.report.source import Row, Wanted
from promotion.report.translating import in_sql

_HEAD: Final = 4_096
"""Bytes by which a file is known again."""
_KEPT: Final = 256
"""So many answers are kept until something new is recorded."""


class AuditFile:
    """Answers from the records in a file, those written since the last question among them."""

    def __init__(self, path: Path) -> None:
        """``path`` is what the setting PROMOTION_AUDIT_FILE of the service says."""
        self._path = path
        self._lock = threading.Lock()
        self._begin()

    @property
    def title(self) -> str:
        """The file's path."""
        return str(self._path)

    @property
    def unreadable(self) -> int:
        """Lines that are no records, and were left out."""
        return self._unreadable

    def ask(self, query: Query, wanted: Wanted, now: datetime | None = None) -> list[Row]:
        """The answer. Raises Terminal when there is no such file, or it cannot be read.

        ``now`` is the moment of asking, for queries about the present.
        """
        wanted = wanted.of(query)
        with self._lock:
            self._read_on()
            records, known = self._records, self._known
        if now is not None or in_sql(query).moments:
            return records.ask(query, wanted, now or _asked_at(wanted))
        kept = known.get((query.name, wanted))
        if kept is None:
            kept = records.ask(query, wanted)
            if len(known) >= _KEPT:
                known.clear()
            known[query.name, wanted] = kept
        return list(kept)

    def _begin(self) -> None:
        self._records, self._read, self._head, self._unreadable = Records(), 0, b"", 0
        self._forget()

    def _forget(self) -> None:
        # Another one, not an empty one: whoever asks at this moment keeps to the one that it has.
        self._known: dict[tuple[str, Wanted], list[Row]] = {}

    def _read_on(self) -> None:
        try:
            if not stat.S_ISREG(self._path.stat().st_mode):
                raise OSError(errno.EINVAL, "it is no ordinary file")
            with self._path.open("rb") as file:
                # A service that starts anew writes another file, or empties this one. The new one
                # may get the number of the old one: what it begins with tells them apart.
                size = os.fstat(file.fileno()).st_size
                if size < self._read or file.read(len(self._head)) != self._head:
                    self._begin()
                file.seek(self._read)
                text = file.read()
        except OSError as error:
            raise Terminal(
                f"The audit file {self._path} cannot be read: {error.strerror}.",
                remedy="Name the file that the service writes, its setting PROMOTION_AUDIT_FILE; "
                "`make serve` writes .local/audit.jsonl.",
                code="AuditFile",
            ) from None
        whole = _whole(text)
        if not whole:
            return
        self._forget()
        self._head = self._head or whole[:_HEAD]
        self._read += len(whole)
        self._unreadable += self._records.take(whole.decode(errors="replace").split("\n"))


def _whole(text: bytes) -> bytes:
    """Without a record that is being written at this moment."""
    end = text.rfind(b"\n") + 1
    try:
        # The beginning of a record is none; files that were cut by hand lack the last line's end.
        return text if isinstance(json.loads(text[end:]), dict) else text[:end]
    except ValueError:
        return text[:end]


def _asked_at(wanted: Wanted) -> datetime:
    """Of a time range in the past, how it was at its end."""
    now = datetime.now(UTC)
    return min(now, wanted.until) if wanted.until else now
