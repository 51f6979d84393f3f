"""A notice as each kind of webhook takes it."""

import json

from promotion.core.notices import plain, slack, teams
from promotion.core.notices.links import Links
from promotion.core.notices.notice import Notice
from promotion.core.value import Json

_RENDERINGS = {"teams": teams.message, "slack": slack.message, "json": plain.message}


def body_for(kind: str, notice: Notice, links: Links) -> bytes:
    """The body of the POST, in UTF-8."""
    return as_bytes(_RENDERINGS[kind](notice, links))


def as_bytes(body: Json) -> bytes:
    """``body`` as it is sent: not escaped beyond need, because sizes are limited."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False)
    # Half a surrogate pair cannot be sent.
    return text.encode("utf-8", "replace")
