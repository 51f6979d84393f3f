"""Globs, by which routes name the models that they want."""

from typing import Annotated

from pydantic import AfterValidator, Field

_CLASS = "[seq] and [!seq] stand for one of some characters"


def _checked(glob: str) -> str:
    """A glob that means what it says: fnmatch takes an open bracket for a plain character."""
    rest = glob
    while "[" in rest:
        inside = rest.partition("[")[2].removeprefix("!")
        # As in fnmatch, a bracket right at the beginning belongs to the class.
        end = inside.find("]", 1)
        if end < 0:
            raise ValueError(f"the [ in {glob!r} is not closed; {_CLASS}")
        rest = inside[end + 1 :]
    if "**" in glob:
        raise ValueError(f"{glob!r} has two * in a row; one stands for any characters already")
    return glob


Glob = Annotated[str, Field(min_length=1), AfterValidator(_checked)]
"""A name, or a pattern with ``*``, ``?`` and ``[…]``; case-sensitive."""
