"""The audit trail as it grows, from a certain moment on."""

import json
from pathlib import Path

from local.observing import Row


class Trail:
    """Records that were written after this object was made; each fact once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = file.stat().st_size if file.exists() else 0
        self._known: set[str] = set()
        self.rows: list[Row] = []
        """Those that have been read so far."""

    def read(self) -> list[Row]:
        """What has come since the last time."""
        if not self._file.exists():
            return []
        with self._file.open("rb") as file:
            file.seek(self._offset)
            text = file.read()
        # What follows the last line's end is a record that is being written at this moment.
        whole = text[: text.rfind(b"\n") + 1]
        self._offset += len(whole)
        rows = [json.loads(line) for line in whole.decode().split("\n") if line]
        new = [row for row in rows if self._is_new(row)]
        self.rows += new
        return new

    def _is_new(self, row: Row) -> bool:
        """A step that ran twice has written its record twice; an event that came twice has not."""
        if row["Name"] == "promotion.duplicate":
            return True
        record = row["Properties"]["record_id"]
        known = record in self._known
        self._known.add(record)
        return not known
