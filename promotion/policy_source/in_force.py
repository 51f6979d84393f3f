"""The policy in force: read from its file, and again when it or a file that it names changes."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from promotion.core.policy.document import PolicyDocument

if TYPE_CHECKING:
    from promotion.core.policy.files import CheckFile

type Stamp = tuple[tuple[str, int], ...]
"""When each file was changed last, in nanoseconds."""

_lock = threading.Lock()
_known: dict[Path, tuple[Stamp, PolicyDocument]] = {}


def current_policy(path: Path) -> PolicyDocument:
    """The policy in ``path``. Raises PolicyInvalid with every mistake, OSError if unreadable."""
    with _lock:
        known = _known.get(path)
        if known is None or known[0] != _stamp(path, known[1]):
            document = read_policy_file(path)
            known = _known[path] = (_stamp(path, document), document)
        return known[1]


def _stamp(path: Path, document: PolicyDocument) -> Stamp:
    names = (path.name, *sorted(document.files))
    files = {name: path.parent / name for name in names}
    return tuple(
        (name, file.stat().st_mtime_ns if file.exists() else 0) for name, file in files.items()
    )


def read_policy_file(
    path: Path,
    *,
    name: str | None = None,
    settings: Mapping[str, str] = os.environ,
    check_file: "CheckFile | None" = None,
) -> PolicyDocument:
    """The policy in ``path``, whose mistakes call it ``name``; ``settings`` fill ``${NAME}``.

    ``check_file`` says what else is wrong with a file that the policy names. Raises PolicyInvalid
    with every mistake, OSError if the policy itself cannot be read.
    """
    # Here and not above: the YAML reader is only needed when the policy is read.
    from promotion.core.policy.mistakes import Mistake, PolicyInvalid
    from promotion.core.policy.reading import read_policy

    name = name or path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        what = "not a text in UTF-8"
        raise PolicyInvalid([Mistake(file=name, line=1, column=1, where="", what=what)]) from None
    further = {} if check_file is None else {"check_file": check_file}
    return read_policy(
        text,
        name=name,
        settings=settings,
        read_file=lambda relative: (path.parent / relative).read_text(encoding="utf-8"),
        **further,
    )
