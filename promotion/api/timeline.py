"""What happened to a promotion, from the histories of its orchestrations."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from promotion.api.engine import Done, Engine, Instance
from promotion.api.facts import Fact, facts_of
from promotion.api.responses import Happening
from promotion.core.names import child_id
from promotion.core.plan import Promotion
from promotion.core.status import ALLOWED, Status
from promotion.core.steps.orchestrations import PromotionResult

MOST: Final = 500
"""Entries of one timeline."""
_LONGEST: Final = 1_000
"""Characters of one text in it."""
_LONG: Final = ("plan", "verdicts")
"""Of who approves is asked with much that the promotion shows elsewhere."""
_ENDS: Final = frozenset(status for status, following in ALLOWED.items() if not following)
_SELF: Final = frozenset({"requested", *_ENDS})
"""What is told from the promotion itself."""


async def timeline(
    engine: Engine, found: Instance, promotion: Promotion, result: PromotionResult | None
) -> list[Happening]:
    """All of it, the oldest first."""
    places: list[tuple[str, str | None]] = [(found.id, None)]
    for stage in promotion.plan.stages:
        ids = (child_id(found.id, stage.name), child_id(found.id, stage.name, "delivery"))
        places += [(one, stage.name) for one in ids]
    histories = await asyncio.gather(*(engine.history(one) for one, _ in places))
    happened = [_requested(found, promotion), *_ended(found, result)]
    for (_, stage_name), history in zip(places, histories, strict=True):
        happened += _of_history(history, stage_name)
    return sorted(happened, key=lambda one: (one.at, one.what in _ENDS))


def newest(happened: list[Happening]) -> tuple[list[Happening], bool]:
    """As many as are shown, and whether some are left out."""
    return happened[-MOST:], len(happened) > MOST


def _requested(found: Instance, promotion: Promotion) -> Happening:
    return Happening(
        at=found.created, what="requested", by=promotion.actor, reason=promotion.reason
    )


def _ended(found: Instance, result: PromotionResult | None) -> Iterator[Happening]:
    """As its last records say: each stage that did not succeed, or the promotion as a whole."""
    if not found.ended:
        return
    failed = [one for one in result.stages if one.status != Status.SUCCEEDED] if result else []
    for one in failed:
        reason = one.failure.reason if one.failure else None
        yield Happening(at=found.updated, what=one.status, stage=one.stage, reason=reason)
    if not failed:
        reason = result.failure.reason if result and result.failure else None
        yield Happening(at=found.updated, what=found.status, reason=reason)


def _of_history(history: Iterable[Done], stage: str | None) -> Iterator[Happening]:
    seen: dict[str, Fact] = {}
    for done in history:
        for fact in facts_of(done.activity, (done.order or {}) | done.receipt):
            if fact.what in _SELF or _is_known(seen, done.activity, fact):
                continue
            yield _happening(done, fact, stage)


def _is_known(seen: dict[str, Fact], activity: str, fact: Fact) -> bool:
    """Whether it only says again what was said: a check that finds the same, an undo that waits."""
    if activity not in ("verify", "undo", "undo_batch"):
        return False
    key = f"{activity} {fact.details.get('check')}"
    known, seen[key] = seen.get(key), fact
    return known is not None and known.details == fact.details


def _happening(done: Done, fact: Fact, stage: str | None) -> Happening:
    details = {
        name: _text(value)
        for name, value in fact.details.items()
        if name not in ("by", *_LONG) and value not in (None, "")
    }
    by = fact.details.get("by") if fact.what != "approval_requested" else None
    reason = None if fact.reason is None else _text(fact.reason)
    return Happening(at=done.at, what=fact.what, stage=stage, by=by, reason=reason, details=details)


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
