"""The header Idempotency-Key: a request that is sent again is carried out once.

Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import json
from hashlib import sha256

from promotion.api.exchange import Asked
from promotion.api.problems import FieldAtFault, Refusal


def key_of(asked: Asked, what: str) -> str | None:
    """32 hex digits that stand for the caller's key; None without one. Raises Refusal (422).

    The key itself is not kept: what clients put in there is theirs.
    """
    key = asked.request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= 200:
        errors = [FieldAtFault(field="Idempotency-Key", detail="it has 1 to 200 characters")]
        raise Refusal(422, "The Idempotency-Key cannot be used.", code="Invalid", errors=errors)
    # By the path, too: the same key at two stages is two wishes.
    parts = (asked.caller.name, what, asked.request.path, key)
    return sha256(json.dumps(parts).encode()).hexdigest()[:32]


def reused() -> Refusal:
    """The key was used for another request."""
    return Refusal(
        422,
        "The Idempotency-Key was used for another request.",
        code="KeyReused",
        remedy="Send another key, or the same request.",
    )
