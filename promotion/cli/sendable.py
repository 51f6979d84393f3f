"""What may stand in the headers of a request; what may not is refused, and never repeated."""

import re
from collections.abc import Mapping
from typing import Final

from promotion.cli.exits import mistake

_VALUE: Final = re.compile(r"[ -~]*")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token of RFC 9110, section 5.6.2."""


def a_key(written: str | None) -> str | None:
    """The key without the end of the line of the file that it came from. Raises Failed."""
    key = (written or "").strip()
    if not _VALUE.fullmatch(key):
        raise mistake("PROMOTE_KEY has characters that no key has.", "Copy the key again.")
    return key or None


def headers(written: Mapping[str, str]) -> Mapping[str, str]:
    """The headers of a profile. Raises Failed."""
    found = {name: value.strip() for name, value in written.items()}
    for name, value in found.items():
        if not _NAME.fullmatch(name):
            raise mistake("headers: a name has characters that no header has.", _HOW)
        if not _VALUE.fullmatch(value):
            raise mistake(f"headers.{name} has characters that no header has.", _HOW)
    return found


_HOW: Final = "Use letters, digits and signs of ASCII, on one line."
