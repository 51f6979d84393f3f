"""What stands where in a policy that is plain data and may be invalid elsewhere."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple


class Inside(NamedTuple):
    """A place within a text of the document: line and column, from 1."""

    line: int
    column: int


type Location = tuple[str | int | Inside, ...]
"""Where in the document something stands: keys and list positions from the top, and then,
for some, the place within the text that stands there."""


def found_at(plain: Any, *place: str, at: Location = ()) -> Iterator[tuple[Location, Any]]:
    """Everything at ``place``, with where exactly; ``*`` in a place is any key or item."""
    if not place:
        yield at, plain
        return
    inner: Iterable[tuple[str | int, Any]] = ()
    if isinstance(plain, dict):
        inner = [(key, value) for key, value in plain.items() if place[0] in ("*", key)]
    elif isinstance(plain, list) and place[0] == "*":
        inner = enumerate(plain)
    for key, value in inner:
        yield from found_at(value, *place[1:], at=(*at, key))


def texts_at(plain: Any, *place: str) -> Iterator[tuple[Location, str]]:
    """Every text at ``place``, with where exactly."""
    found = found_at(plain, *place)
    yield from ((at, value) for at, value in found if isinstance(value, str))
