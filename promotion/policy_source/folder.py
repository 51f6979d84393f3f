"""A policy in a folder, next to the files that it names."""

from pathlib import Path


class Folder:
    """The folder of the policy file ``path``."""

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        self.name = path.name

    def read(self, relative: str) -> str:
        """The text of a file. Raises OSError, UnicodeDecodeError."""
        # A byte order mark, as Windows editors write it, is not part of the text.
        return (self._folder / relative).read_text(encoding="utf-8-sig")

    def stamp(self, relative: str) -> str:
        """Changes when the file does; empty when there is none."""
        file = self._folder / relative
        return str(file.stat().st_mtime_ns) if file.exists() else ""
