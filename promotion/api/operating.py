"""POST /targets/… and /line/…: hold, resume and roll back; GET /operations/{id}: how it goes."""

import asyncio
import re
from typing import Final
from uuid import uuid4

from pydantic import BaseModel

from promotion.api.engine import Engine, Instance
from promotion.api.exchange import Asked, Reply, accepted, answer
from promotion.api.idempotency import key_of, reused
from promotion.api.policy import in_force
from promotion.api.problems import not_found
from promotion.api.requests import RollbackRequest, WithReason
from promotion.api.responses import Accepted, OperationState
from promotion.api.rights import Right
from promotion.api.served import must_have_served
from promotion.api.stored import stored
from promotion.api.whose import promotions_of
from promotion.core import operating
from promotion.core.steps.operations import OperationResult, Request, RollbackResult

_KINDS: Final = ("hold", "resume", "roll_back")
_ID: Final = re.compile(r"(?:hold|resume|roll-back)-[0-9a-f]{32}")


async def hold(asked: Asked, engine: Engine) -> Reply:
    """Nothing is to be changed there, or anywhere, for now."""
    return await _start(asked, engine, "hold", asked.request.read(WithReason))


async def resume(asked: Asked, engine: Engine) -> Reply:
    """It may go on."""
    return await _start(asked, engine, "resume", asked.request.read(WithReason))


async def roll_back(asked: Asked, engine: Engine) -> Reply:
    """An earlier version is to serve again."""
    return await _start(asked, engine, "roll_back", asked.request.read(RollbackRequest))


async def show_operation(asked: Asked, engine: Engine) -> Reply:
    """How it goes, or how it ended."""
    named = asked.parameters["id"]
    found = await engine.find(named) if _ID.fullmatch(named) else None
    if found is None or found.name not in _KINDS:
        raise not_found(f"The operation {named[:100]!r}")
    state = _state(found)
    whose = await promotions_of(engine, state.taken_back)
    taken_back = [whose.get(stage, stage) for stage in state.taken_back]
    return answer(state.model_copy(update={"taken_back": taken_back}))


async def _start(asked: Asked, engine: Engine, kind: str, body: WithReason) -> Reply:
    order = Request(
        by=asked.caller.name,
        reason=body.reason,
        route=asked.parameters.get("route"),
        stage=asked.parameters.get("stage"),
        version=body.version if isinstance(body, RollbackRequest) else None,
    )
    await asyncio.to_thread(_check, kind, order)
    # Whoever may leave out gates may bring back what has never passed them.
    if order.version is not None and Right.BYPASS not in asked.caller.rights:
        await must_have_served(engine, str(order.route), str(order.stage), order.version)
    key = key_of(asked, kind)
    name = f"{kind.replace('_', '-')}-{key or uuid4().hex}"
    # Azure silently replaces an ended instance that is started again, so look first.
    known = await engine.find(name) if key else None
    if known is None and not await engine.start(kind, name, order.to_json(whole=True)):
        known = await engine.find(name)  # the same key at the same moment
    if known is not None and stored(Request, known.input) != order:
        raise reused()
    path = f"operations/{name}"
    return accepted(path, Accepted(id=name, url=f"/api/{path}"))


def _check(kind: str, order: Request) -> None:
    """Raises Terminal when the policy in force has no such place, or nothing to roll back."""
    document, timing = in_force()
    if kind == "roll_back":
        operating.rollback(document, order, "check", timing)
    else:
        operating.operation(document, order, timing)


def _state(found: Instance) -> OperationState:
    asked = stored(Request, found.input)
    base = asked.model_dump(include={"by", "reason", "route", "stage", "version"})
    told: dict[str, object] = {"status": "running"}
    if isinstance(found.output, dict):
        told = _told(found)
    elif found.ended:
        told = {"status": "failed"}
    elif found.shown.get("status") == "rolling_back":
        told = {"status": "rolling_back"}
    return OperationState.model_validate({"id": found.id, "kind": found.name, **base, **told})


def _told(found: Instance) -> dict[str, object]:
    rollback = found.name == "roll_back"
    model: type[BaseModel] = RollbackResult if rollback else OperationResult
    result = model.model_validate(found.output)
    return result.model_dump(include={"status", "failure", "serves", "taken_back"})
