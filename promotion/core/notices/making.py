"""Makes notices of what orchestrations know. Pure."""

from collections.abc import Sequence
from datetime import datetime

from promotion.core.context import Context
from promotion.core.errors import Failure
from promotion.core.names import child_id
from promotion.core.notices.failures import told
from promotion.core.notices.notice import Notice, Wanted, answered
from promotion.core.notices.occasion import Occasion, of_end
from promotion.core.plan import Promotion
from promotion.core.status import Status
from promotion.core.steps.operations import Rollback
from promotion.core.steps.orchestrations import PromotionResult, StageOrder, StageResult
from promotion.core.verdict import Verdict
from promotion.core.waits.approval import ApprovalWait


def of_promotion(promotion: Promotion, result: PromotionResult, at: datetime) -> Notice:
    """The end of a promotion. Stages side by side may end differently: the first failure counts,
    and all are told."""
    occasion, judgement = of_end(result.status), result.judgement
    failed = next((one for one in result.stages if one.status is not Status.SUCCEEDED), None)
    against = (*judgement.blocking, *judgement.holding)
    context = promotion.context.model_copy(update={"stage": failed.stage if failed else None})
    return Notice(
        id=child_id(promotion.id, "end", f"notice-{occasion.replace('_', '-')}"),
        occasion=occasion,
        context=context,
        source=promotion.plan.source,
        at=at,
        registry_path=result.asset_id or "",
        stages=tuple(one.stage for one in result.stages if one.status is Status.SUCCEEDED),
        **told(result),
        **answered(against if occasion is Occasion.REFUSED else ()),
    )


def of_stage(
    promotion: Promotion, ended: StageResult, going_on: Sequence[str], at: datetime
) -> Notice:
    """The end of one stage that did not succeed, while stages beside it are ``going_on``."""
    occasion, failure = of_end(ended.status), ended.failure or Failure(reason="")
    others = "goes" if len(going_on) == 1 else "go"
    meanwhile = f"{', '.join(going_on)} {others} on meanwhile."
    return Notice(
        id=child_id(promotion.id, ended.stage, f"notice-{occasion.replace('_', '-')}"),
        occasion=occasion,
        context=promotion.context.model_copy(update={"stage": ended.stage}),
        source=promotion.plan.source,
        at=at,
        reason=failure.reason,
        remedy=" ".join(filter(None, (failure.remedy, meanwhile))),
        code=failure.code or "",
    )


def of_approval(
    order: StageOrder,
    wait: ApprovalWait,
    *,
    number: int,
    verdicts: Sequence[Verdict],
    at: datetime,
    until: datetime | None,
) -> Notice:
    """The approval that a stage waits for; ``number`` counts those of one stage."""
    context = order.context
    return Notice(
        id=child_id(context.promotion_id, order.stage.name, f"notice-approval-{number}"),
        occasion=Occasion.APPROVAL,
        context=context,
        source=order.plan.source,
        at=at,
        reason=f"It waits for {wait.in_words}.",
        wanted=Wanted(
            by=", ".join(wait.by),
            quorum=wait.quorum,
            until=until,
            registered_by=order.origin.registrant or "",
            comment=wait.comment,
        ),
        registry_path=order.asset_id,
        **answered(tuple(verdicts)),
    )


def of_failed_rollback(
    rollback: Rollback, still: Context, failure: Failure, at: datetime
) -> Notice:
    """A rollback by hand that did not come to its end; ``still`` serves, as far as is known."""
    held = "Deliveries are held there until somebody resumes."
    return Notice(
        id=f"{rollback.id}--notice-failed",
        occasion=Occasion.FAILED,
        context=still,
        source=rollback.sources.get(still.source) or next(iter(rollback.sources.values())),
        at=at,
        reason=f"{failure.reason} {rollback.by} had asked for it: {rollback.reason}",
        remedy=" ".join(filter(None, (failure.remedy, held))),
        code=failure.code or "",
        by=rollback.by,
    )


def of_rollback(rollback: Rollback, gone: Context, serves: str, at: datetime) -> Notice:
    """A rollback by hand; ``gone`` is the promotion whose version went out of service."""
    source = rollback.sources.get(gone.source) or next(iter(rollback.sources.values()))
    return Notice(
        id=f"{rollback.id}--notice",
        occasion=Occasion.ROLLED_BACK,
        context=gone,
        source=source,
        at=at,
        reason=f"Rolled back by {rollback.by}: {rollback.reason}",
        remedy=f"{serves} serves again; deliveries are held there until somebody resumes.",
        code="RolledBackByHand",
        by=rollback.by,
    )
