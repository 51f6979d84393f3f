"""POST /promotions/{id}/approvals and /cancel: what people say about a promotion under way."""

from typing import Final

from promotion.api.engine import Engine, Instance
from promotion.api.exchange import Asked, Reply, accepted
from promotion.api.problems import Refusal, conflict
from promotion.api.requests import Decision, WithReason
from promotion.api.responses import Accepted
from promotion.api.showing import promotion_of
from promotion.api.stored import stored
from promotion.core.names import child_id
from promotion.core.plan import Promotion
from promotion.core.policy.mistakes import did_you_mean
from promotion.core.status import Status
from promotion.core.steps.orchestrations import StageOrder
from promotion.core.waits.approval import ApprovalWait
from promotion.core.waits.decision import Decision as Decided
from promotion.orchestrators.events import CANCEL, DECISION

_LOOK: Final = "Look at the promotion: it says what each stage waits for."


async def cancel(asked: Asked, engine: Engine) -> Reply:
    """Stop it; what it is delivering is taken back."""
    body = asked.request.read(WithReason)
    found = await promotion_of(asked, engine)
    _must_run(found)
    if not await engine.tell(found.id, CANCEL, {"by": asked.caller.name, "reason": body.reason}):
        raise _ended(await promotion_of(asked, engine))
    return _look_at(found)


async def decide(asked: Asked, engine: Engine) -> Reply:
    """Approve or reject at a stage, as the caller and nobody else."""
    body = asked.request.read(Decision)
    found = await promotion_of(asked, engine)
    stages = [stage.name for stage in stored(Promotion, found.input).plan.stages]
    if body.stage not in stages:
        near = did_you_mean(body.stage, stages)
        raise Refusal(404, f"{found.id} has no stage {body.stage!r}{near or '.'}", code="NotFound")
    _must_run(found)
    stage = await engine.find(child_id(found.id, body.stage))
    if stage is None or stage.ended or stage.shown.get("waiting_for") != "approval":
        raise _does_not_wait(body.stage, stage)
    decision = _decision(asked, body)
    _must_count(decision, stored(StageOrder, stage.input), stage)
    if not await engine.tell(stage.id, DECISION, decision.to_json(whole=True)):
        raise _does_not_wait(body.stage, await engine.find(stage.id))
    return _look_at(found, by=decision.who)


def _decision(asked: Asked, body: Decision) -> Decided:
    caller = asked.caller
    return Decided(
        who=caller.name,
        also=caller.also,
        object_id=caller.object_id,
        display_name=caller.display_name,
        roles=caller.roles,
        decision=body.decision,
        comment=body.comment,
        at=asked.now,
    )


def _must_count(decision: Decided, order: StageOrder, stage: Instance) -> None:
    """Raises Refusal (403) when the policy does not let this person decide.

    The orchestration decides in the end, and knows the earlier decisions; this is said at once.
    """
    asking = [wait for wait in order.stage.waits if isinstance(wait, ApprovalWait)]
    shown = stage.shown.get("by")
    asking = [wait for wait in asking if list(wait.by) == shown] or asking
    replies = [wait.reply(decision, (), order.origin) for wait in asking]
    if replies and not any(reply.accepted for reply in replies):
        first = replies[0]
        raise Refusal(403, first.reason, remedy=first.remedy, code="DecisionRefused")


def _must_run(found: Instance) -> None:
    if found.ended:
        raise _ended(found)


def _ended(found: Instance) -> Refusal:
    status: Status = found.status
    return conflict(f"The promotion {found.id} has ended: it is {status}.", status)


def _does_not_wait(stage: str, found: Instance | None) -> Refusal:
    current = found.status if found else "not begun"
    return conflict(
        f"The stage {stage} does not wait for approval: it is {current}.", current, _LOOK
    )


def _look_at(found: Instance, by: str | None = None) -> Reply:
    path = f"promotions/{found.id}"
    return accepted(path, Accepted(id=found.id, url=f"/api/{path}", by=by))
