"""The files of the page: as they are served, and put together into one file."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("page")
TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
VENDORED: Final = ("vendor/d3.min.js", "vendor/plot.min.js")
PLOT_STYLE: Final = "'sha256-jSYQUrW7J0b3jPqhZP9C2Xh1PyJKHKXd4s0fpGGKrww='"
"""Of the style element that Observable Plot 0.6.17 puts into each of its charts."""
_IMPORT: Final = re.compile(r'^import .*? from "\./(\w+\.js)";\n', re.MULTILINE | re.DOTALL)
_EXPORT: Final = re.compile(r"^export (?=(async )?function |const |let |class )", re.MULTILINE)


@cache
def files() -> dict[str, bytes]:
    """What the page asks for, by its path below page/."""
    paths = [*FOLDER.glob("*.*"), *(FOLDER / name for name in VENDORED)]
    return {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(paths)
        if path.suffix in TYPES
    }


def text(name: str) -> str:
    """One file."""
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def modules() -> dict[str, str]:
    """What each module of ours says, after those that it imports."""
    found: dict[str, str] = {}
    _collect("main.js", found)
    return found


def script() -> str:
    """All modules as one."""
    return "\n".join(modules().values())


def _collect(name: str, order: dict[str, str]) -> None:
    if name in order:
        return
    source = text(name)
    for imported in _IMPORT.findall(source):
        _collect(imported, order)
    order[name] = _EXPORT.sub("", _IMPORT.sub("", source))


def digest(content: str) -> str:
    """As a content security policy names an inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def data_url(name: str) -> str:
    """A picture, as an address that has it."""
    content = base64.b64encode((FOLDER / name).read_bytes()).decode()
    return f"data:{TYPES[Path(name).suffix]};base64,{content}"
