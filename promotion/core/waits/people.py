"""Whether two names are those of one person."""

import re
import unicodedata
from typing import Final

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def plain(name: str) -> str:
    """``name`` without what two spellings of it may differ in: case, spaces, ways of accents."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def is_display_name(name: str) -> bool:
    """Whether people see it, and anybody may have the same; else it is a user name or an id."""
    return "@" not in name and not _GUID.fullmatch(name.strip())


def forms(name: str) -> frozenset[str]:
    """The ways in which a name may be written: a guest's is ``ada_x.com#EXT#@tenant``, too."""
    found = {plain(name)}
    home, mark, _ = plain(name).partition("#ext#")
    if mark:
        found.add("@".join(home.rsplit("_", 1)))
    provider, mark, user = plain(name).partition("#")
    if mark and "@" in user and "@" not in provider:  # live.com#ada@x.com
        found.add(user)
    return frozenset(found)
