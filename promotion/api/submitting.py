"""POST /promotions and /promotions/{id}/retry: promote by hand, through the same gates."""

import asyncio

from promotion.api.engine import Engine, Instance
from promotion.api.exchange import Asked, Reply, accepted
from promotion.api.idempotency import key_of, reused
from promotion.api.planning import plan_of
from promotion.api.problems import conflict
from promotion.api.requests import Submission, WithReason
from promotion.api.responses import Accepted
from promotion.api.rights import Right
from promotion.api.showing import promotion_of
from promotion.api.stored import stored
from promotion.core.names import runs_of
from promotion.core.plan import Promotion
from promotion.core.status import Status


async def submit(asked: Asked, engine: Engine) -> Reply:
    """Start it; one that has ended is run again, under an id of its own."""
    return await _run(asked, engine, asked.request.read(Submission))


async def retry(asked: Asked, engine: Engine) -> Reply:
    """Run it again by the policy in force, as far as it was to go, with all gates."""
    body = asked.request.read(WithReason)
    found = await promotion_of(asked, engine)
    if not found.ended or found.status is Status.SUCCEEDED:
        detail = f"The promotion {found.id} is {found.status}: there is nothing to try again."
        raise conflict(detail, found.status)
    before = stored(Promotion, found.input)
    plan = before.plan
    again = Submission(
        model=plan.model.name,
        version=plan.model.version,
        route=plan.route,
        workspace=plan.source_name,
        through=before.through,
        reason=body.reason,
    )
    return await _run(asked, engine, again)


async def _run(asked: Asked, engine: Engine, body: Submission) -> Reply:
    if body.bypass:
        asked.caller.must(Right.BYPASS)
    key = key_of(asked, "submit")
    planned = await asyncio.to_thread(plan_of, body, asked.caller.name)
    asked_for = {"actor_also": asked.caller.also, "event_id": f"request-{key}" if key else None}
    wanted = planned.model_copy(update=asked_for)
    for name in runs_of(wanted.id):
        found = await engine.find(name)
        if found is None:
            one = wanted.model_copy(update={"id": name})
            if await engine.start("promote", name, one.to_json(whole=True)):
                return _started(name)
            found = await engine.find(name)  # somebody else was quicker
        if found is not None and _is_ours(found, wanted, key):
            return _started(name)
        if found is None or not found.ended:
            status = found.status if found else Status.EVALUATING
            detail = f"{wanted.plan.model} is being promoted on {wanted.plan.route} as {name}."
            raise conflict(detail, status, "Wait for its end, or cancel it.")
    raise AssertionError("numbers do not end")


def _is_ours(found: Instance, wanted: Promotion, key: str | None) -> bool:
    """Whether it is what an earlier sending of this request started. Raises Refusal (422)."""
    if key is None or not isinstance(found.input, dict):
        return False
    if found.input.get("event_id") != wanted.event_id:
        return False
    known = stored(Promotion, found.input)
    if _asked_for(known) != _asked_for(wanted):
        raise reused()
    return True


def _asked_for(promotion: Promotion) -> tuple[object, ...]:
    plan = promotion.plan
    stages = tuple(stage.name for stage in plan.stages)
    asked = (promotion.reason, promotion.bypassed)
    return plan.route, plan.model, plan.source_name, stages, asked


def _started(name: str) -> Reply:
    path = f"promotions/{name}"
    return accepted(path, Accepted(id=name, url=f"/api/{path}"))
