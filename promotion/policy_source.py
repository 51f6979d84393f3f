"""The policy in force: read from its file, and again when the file changes."""

import os
from functools import lru_cache
from pathlib import Path

from promotion.core.policy.document import PolicyDocument


def current_policy(path: Path) -> PolicyDocument:
    """The policy in ``path``. Raises PolicyInvalid with every mistake, OSError if unreadable."""
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: Path, _modified: int) -> PolicyDocument:
    # Here and not above: the YAML reader is only needed when the policy is read.
    from promotion.core.policy.reading import read_policy

    def read_file(relative: str) -> str:
        return (path.parent / relative).read_text(encoding="utf-8")

    return read_policy(
        path.read_text(encoding="utf-8"),
        name=path.name,
        settings=os.environ,
        read_file=read_file,
    )
