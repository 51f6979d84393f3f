"""What stands where in a policy that is plain data and may be invalid elsewhere."""

from collections.abc import Iterable, Iterator
from typing import Any

from promotion.core.policy.models import Location


def texts_at(plain: Any, *place: str, at: Location = ()) -> Iterator[tuple[Location, str]]:
    """Every text at ``place``, with where exactly; ``*`` in a place is any key or item."""
    if not place:
        if isinstance(plain, str):
            yield at, plain
        return
    inner: Iterable[tuple[str | int, Any]] = ()
    if isinstance(plain, dict):
        inner = [(key, value) for key, value in plain.items() if place[0] in ("*", key)]
    elif isinstance(plain, list) and place[0] == "*":
        inner = enumerate(plain)
    for key, value in inner:
        yield from texts_at(value, *place[1:], at=(*at, key))
