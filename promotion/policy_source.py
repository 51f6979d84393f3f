"""The policy in force: read from its file, and again when it or a file that it names changes."""

import os
import threading
from pathlib import Path

from promotion.core.policy.document import PolicyDocument

type Stamp = tuple[tuple[str, int], ...]
"""When each file was changed last, in nanoseconds."""

_lock = threading.Lock()
_known: dict[Path, tuple[Stamp, PolicyDocument]] = {}


def current_policy(path: Path) -> PolicyDocument:
    """The policy in ``path``. Raises PolicyInvalid with every mistake, OSError if unreadable."""
    with _lock:
        known = _known.get(path)
        if known is None or known[0] != _stamp(path, known[1]):
            document = _read(path)
            known = _known[path] = (_stamp(path, document), document)
        return known[1]


def _stamp(path: Path, document: PolicyDocument) -> Stamp:
    names = (path.name, *sorted(document.files))
    files = {name: path.parent / name for name in names}
    return tuple(
        (name, file.stat().st_mtime_ns if file.exists() else 0) for name, file in files.items()
    )


def _read(path: Path) -> PolicyDocument:
    # Here and not above: the YAML reader is only needed when the policy is read.
    from promotion.core.policy.mistakes import Mistake, PolicyInvalid
    from promotion.core.policy.reading import read_policy

    def read_file(relative: str) -> str:
        return (path.parent / relative).read_text(encoding="utf-8")

    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        what = "not a text in UTF-8"
        raise PolicyInvalid(
            [Mistake(file=path.name, line=1, column=1, where="", what=what)]
        ) from None
    return read_policy(
        text,
        name=path.name,
        settings=os.environ,
        read_file=read_file,
    )
