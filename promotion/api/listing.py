"""GET /promotions: a page of them, the newest first."""

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from promotion.api.engine import Engine, Instance
from promotion.api.exchange import Asked, Reply, answer
from promotion.api.problems import FieldAtFault, Refusal
from promotion.api.requests import Filters
from promotion.api.responses import Promotions, Summary
from promotion.core.names import child_id
from promotion.core.status import ALLOWED, Status

type Waits = tuple[Status, str | None]
"""The status of a stage, and what it waits for."""

USUAL: Final = timedelta(days=30)
"""How far back a list goes that nobody has limited."""


async def list_promotions(asked: Asked, engine: Engine) -> Reply:
    """Those that the query asks for."""
    filters = asked.request.filters(Filters)
    before = _read_cursor(filters.cursor) if filters.cursor else None
    known = _summaries(await _looked_up(filters, asked.now, engine))
    wanted = sorted((one for one in known if _fits(one, filters)), key=_order, reverse=True)
    rest = [one for one in wanted if before is None or _order(one) < before]
    page = rest[: filters.limit]
    more = _cursor(page[-1]) if len(rest) > len(page) else None
    return answer(Promotions(promotions=page, next=more))


async def _looked_up(filters: Filters, now: datetime, engine: Engine) -> Sequence[Instance]:
    """As few orchestrations as hold all that are asked for."""
    if filters.since:
        return await engine.since(_moment(filters.since))
    if filters.status is not None and ALLOWED[filters.status]:
        # What waits for a person may have begun long ago, and must not be forgotten.
        return await engine.running()
    return await engine.since(now - USUAL)


def _summaries(found: Sequence[Instance]) -> Iterator[Summary]:
    """Every promotion among those; its stages and their deliveries are among them, too."""
    running = [one for one in found if not one.ended]
    deliveries = {one.id: one for one in running if one.name == "deliver"}
    stages: dict[str, list[Waits]] = defaultdict(list)
    for one in running:
        if one.name == "stage":
            promotion, stage = str(one.shown.get("promotion")), str(one.shown.get("stage"))
            # What a stage delivers knows better where it is: a hold may have parked it.
            current = deliveries.get(child_id(promotion, stage, "delivery"), one)
            waiting_for = current.shown.get("waiting_for")
            stages[promotion].append((current.status, waiting_for and str(waiting_for)))
    for one in found:
        if one.name == "promote":
            yield summary(one, stages[one.id])


def summary(found: Instance, stages: Sequence[Waits] = ()) -> Summary:
    """One promotion, as its orchestration shows it, and those of its stages that have not ended.

    A promotion whose stages all wait is one that waits.
    """
    own = found.shown.get("waiting_for")  # a gate holds it before there are stages
    known = () if found.ended else stages or ((found.status, own and str(own)),)
    waits = stages and known and all(one is Status.WAITING for one, _ in known)
    shown = {key: found.shown.get(key) for key in ("route", "model", "version", "actor")}
    return Summary(
        id=found.id,
        status=Status.WAITING if waits else found.status,
        waiting_for=sorted({what for _, what in known if what}),
        created=found.created,
        updated=found.updated,
        **{key: str(value) for key, value in shown.items() if value is not None},
    )


def _fits(one: Summary, filters: Filters) -> bool:
    pairs = (
        (filters.route, one.route),
        (filters.model, one.model),
        (filters.status, one.status),
    )
    return all(wanted is None or wanted == found for wanted, found in pairs)


def _order(one: Summary) -> tuple[str, str]:
    return one.created.isoformat(timespec="microseconds"), one.id


def _cursor(last: Summary) -> str:
    return base64.urlsafe_b64encode("|".join(_order(last)).encode()).decode()


def _read_cursor(cursor: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise _wrong("cursor", "it is not one that this service gave") from None
    created, separator, id_ = text.partition("|")
    if not separator:
        raise _wrong("cursor", "it is not one that this service gave")
    return created, id_


def _moment(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
        # Without a zone it is in UTC; far-off moments may not exist in every zone.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _wrong("since", "it is not a time such as 2026-03-02T12:00:00Z") from None


def _wrong(field: str, detail: str) -> Refusal:
    errors = [FieldAtFault(field=field, detail=detail)]
    said = f"The query cannot be used: {field}: {detail}."
    return Refusal(422, said, code="Invalid", errors=errors)
