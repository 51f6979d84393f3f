"""GET /promotions/{id}: a promotion, with where each of its stages is."""

import asyncio
import re
from typing import Any, Final

from promotion.api.engine import Engine, Instance
from promotion.api.exchange import Asked, Reply, answer
from promotion.api.listing import Waits, summary
from promotion.api.problems import not_found
from promotion.api.responses import PromotionState, StageState
from promotion.api.stored import stored
from promotion.api.timeline import newest, timeline
from promotion.core.names import MAX_PROMOTION_ID, child_id
from promotion.core.plan import Promotion
from promotion.core.status import ALLOWED, Status
from promotion.core.steps.orchestrations import PromotionResult, StageOrder, StageResult
from promotion.core.verdict import Verdict
from promotion.core.ways.base import StagePlan

_LOOKS: Final = 20
_PAUSE: Final = 0.05
"""Seconds."""
_ID: Final = re.compile(rf"[a-z0-9-]{{1,{MAX_PROMOTION_ID}}}")


async def show_promotion(asked: Asked, engine: Engine) -> Reply:
    """All that is known about it."""
    found = await _with_its_end(await promotion_of(asked, engine), engine)
    promotion = stored(Promotion, found.input)
    result = result_of(found)
    ended = {one.stage: one for one in result.stages} if result else {}
    stages, happened = await asyncio.gather(
        asyncio.gather(*(_stage(engine, found.id, plan, ended) for plan in promotion.plan.stages)),
        timeline(engine, found, promotion, result),
    )
    shown, truncated = newest(happened)
    known = result.judgement.verdicts if result else _verdicts(stages)
    state = PromotionState(
        **summary(found, _waits(stages)).model_dump(exclude={"route", "model", "version", "actor"}),
        route=promotion.plan.route,
        model=promotion.plan.model.name,
        version=promotion.plan.model.version,
        actor=promotion.actor,
        source=promotion.plan.source_name,
        through=promotion.through,
        bypassed=list(promotion.bypassed),
        policy_digest=promotion.plan.policy_digest,
        asset_id=result.asset_id if result else None,
        failure=result.failure if result else None,
        verdicts=list(known),
        stages=[state for state, _ in stages],
        timeline=shown,
        truncated=truncated,
    )
    return answer(state)


async def promotion_of(asked: Asked, engine: Engine) -> Instance:
    """The promotion that the path names. Raises Refusal (404)."""
    named = asked.parameters["id"]
    found = await engine.find(named) if _ID.fullmatch(named) else None
    if found is None or found.name != "promote":
        raise not_found(f"The promotion {named[:MAX_PROMOTION_ID]!r}")
    return found


async def _with_its_end(found: Instance, engine: Engine) -> Instance:
    """The same, with its output: a promotion shows how it ends a moment before it has ended."""
    for _ in range(_LOOKS):
        if found.ended or ALLOWED[found.status]:
            break
        await asyncio.sleep(_PAUSE)
        found = await engine.find(found.id) or found
    return found


def result_of(found: Instance) -> PromotionResult | None:
    """How it ended; None when it has not, or was broken off."""
    output = found.output
    return stored(PromotionResult, output) if isinstance(output, dict) else None


def _waits(stages: list["_Stage"]) -> list[Waits]:
    """How those of its stages are that have begun and have not ended."""
    begun = ((state.status, state.waiting_for) for state, _ in stages)
    return [(status, what) for status, what in begun if status is not None and ALLOWED[status]]


type _Stage = tuple[StageState, tuple[Verdict, ...]]


async def _stage(
    engine: Engine, promotion: str, plan: StagePlan, ended: dict[str, StageResult]
) -> _Stage:
    """Where it is, and what is known from there about the gates asked so far."""
    own = await engine.find(child_id(promotion, plan.name))
    delivery = await engine.find(child_id(promotion, plan.name, "delivery"))
    result = ended.get(plan.name) or _result(own)
    order = stored(StageOrder, own.input) if own else None
    verdicts = order.judgement.verdicts if order else ()
    state = StageState(
        name=plan.name,
        way=str(getattr(plan, "way", "")),
        place=plan.place,
        needs=list(plan.needs),
        **_shown(own, delivery, result),
    )
    return state, verdicts + (result.judgement.verdicts if result else ())


def _result(own: Instance | None) -> StageResult | None:
    output = own.output if own else None
    return stored(StageResult, output) if isinstance(output, dict) else None


def _shown(
    own: Instance | None, delivery: Instance | None, result: StageResult | None
) -> dict[str, Any]:
    if result is not None:
        since = result.since.isoformat() if result.since else None
        return {"status": result.status, "since": since, "failure": result.failure}
    current = delivery if delivery is not None and not delivery.ended else own
    if current is None:
        return {}
    texts = {
        key: str(current.shown[key])
        for key in ("since", "waiting_for", "reason", "until")
        if current.shown.get(key)
    }
    by = current.shown.get("by") if current.status is Status.WAITING else None
    approvers = [str(name) for name in by] if isinstance(by, list) else []
    return {"status": current.status, "approvers": approvers, **texts}


def _verdicts(stages: list[_Stage]) -> tuple[Verdict, ...]:
    """Each stage knows those before it, too."""
    return tuple(dict.fromkeys(verdict for _, verdicts in stages for verdict in verdicts))
