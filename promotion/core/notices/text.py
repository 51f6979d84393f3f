"""Texts of strangers, made fit to be shown: names, reasons, comments, messages of far sides."""

from typing import Final

from promotion.core.notices.unseen import is_unseen

_ELLIPSIS: Final = "…"


def clean(text: str, longest: int) -> str:
    """``text`` as one line of at most ``longest`` characters, all of which can be seen.

    Control characters, marks that turn the direction of what follows, and others that do not show
    are left out.
    """
    # A little more than what may stay is enough to look at, however long it is.
    start = text[: 4 * longest]
    seen = "".join(character for character in start if not is_unseen(character))
    return clipped(" ".join(seen.split()), longest)


def clipped(text: str, longest: int) -> str:
    """``text``, cut to ``longest`` characters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}{_ELLIPSIS}"
