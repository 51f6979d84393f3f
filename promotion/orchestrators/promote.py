"""The story of one promotion: evidence, gates, registry, then stage after stage."""

from datetime import timedelta
from typing import Any

from durabletask.task import OrchestrationContext, TaskFailedError

from promotion.core.errors import Failure, Terminal
from promotion.core.names import child_id
from promotion.core.plan import Plan, Promotion, StagePlan
from promotion.core.status import Status
from promotion.core.steps import (
    CopyOrder,
    CopyReceipt,
    EvidenceOrder,
    EvidenceReceipt,
    JudgementOrder,
    JudgementReceipt,
    PromotionResult,
    RetirementOrder,
    RolloutOrder,
    RolloutResult,
)
from promotion.core.verdict import Judgement
from promotion.orchestrators.work import Limit, Steps, Work


def promote(ctx: OrchestrationContext, order: Any) -> Steps[Any]:
    """Move one candidate along one route. Input: a Promotion; output: a PromotionResult."""
    promotion = Promotion.model_validate(order)
    plan = promotion.plan
    work = Work(ctx, promotion.context, plan.timing, Status.EVALUATING)
    yield from work.record("requested", event_id=promotion.event_id or "")
    try:
        judgement = yield from _judge(work, plan)
    except Terminal as error:
        result = PromotionResult(status=Status.FAILED, failure=error.failure)
    else:
        result = yield from _deliver(work, plan, judgement)
    if result.status is Status.ROLLED_BACK:
        work.become(Status.ROLLING_BACK)  # the rollout went through it
    work.become(result.status)
    yield from work.record(result.status, result.failure, result.stage)
    return result.to_json()


def _judge(work: Work, plan: Plan) -> Steps[Judgement]:
    evidence = yield from work.perform(
        EvidenceOrder(context=work.context, source=plan.source), EvidenceReceipt
    )
    answer = yield from work.perform(
        JudgementOrder(context=work.context, candidate=evidence.candidate, gates=plan.gates),
        JudgementReceipt,
    )
    return answer.judgement


def _deliver(work: Work, plan: Plan, judgement: Judgement) -> Steps[PromotionResult]:
    """Registry and stages for a version that passed; nothing for one that did not."""
    result = PromotionResult(status=Status.REJECTED, judgement=judgement)
    if not judgement.passed:
        refused = Failure(reason=judgement.reason, remedy=judgement.remedy, code="GateFailed")
        return result.model_copy(update={"failure": refused})
    try:
        asset_id = yield from _copy(work, plan)
        result = result.model_copy(update={"asset_id": asset_id})
        for stage in plan.stages:
            ended = yield from _roll_out(work, stage, asset_id)
            stages = (*result.stages, ended)
            update = {"stages": stages, "status": ended.status, "failure": ended.failure}
            result = result.model_copy(update=update)
            if ended.status is not Status.SUCCEEDED:
                return result
    except Terminal as error:
        update = {"status": Status.FAILED, "failure": error.failure}
        return result.model_copy(update=update)
    return result.model_copy(update={"status": Status.SUCCEEDED})


def _copy(work: Work, plan: Plan) -> Steps[str]:
    work.become(Status.COPYING)
    now = work.now

    def with_operation(order: CopyOrder, receipt: CopyReceipt) -> CopyOrder:
        return order.model_copy(update={"operation": receipt.operation})

    receipt = yield from work.settle(
        CopyOrder(context=work.context, source=plan.source, registry=plan.registry, started_at=now),
        CopyReceipt,
        limit=Limit(now + timedelta(seconds=plan.timing.copy_limit), "PROMOTION_COPY_LIMIT"),
        following=with_operation,
    )
    return receipt.asset_id or plan.model.in_registry(plan.registry)


def _roll_out(work: Work, stage: StagePlan, asset_id: str) -> Steps[RolloutResult]:
    work.become(Status.DEPLOYING)
    order = RolloutOrder(
        context=work.context.model_copy(update={"stage": stage.name}),
        stage=stage,
        asset_id=asset_id,
        timing=work.timing,
    )
    try:
        output = yield work.ctx.call_sub_orchestrator(
            "rollout",
            input=order.to_json(whole=True),
            instance_id=child_id(work.context.promotion_id, stage.name),
        )
    except TaskFailedError as error:  # terminated by somebody, or a fault of ours
        raise Terminal(
            f"The rollout at {stage.name} ended without a result: {error.details.message}",
            remedy=f"Look at the endpoint {stage.target.endpoint}: it may have been left half-way.",
            code="RolloutBroke",
        ) from error
    ended = RolloutResult.model_validate(output)
    if ended.replaced:
        _retire_later(work, order, ended)
    return ended


def _retire_later(work: Work, order: RolloutOrder, ended: RolloutResult) -> None:
    """Start ``retire`` without waiting for it: the promotion has succeeded already."""
    retirement = RetirementOrder(
        context=order.context, stage=order.stage, replaced=ended.replaced, timing=order.timing
    )
    work.ctx.call_sub_orchestrator(
        "retire",
        input=retirement.to_json(whole=True),
        instance_id=child_id(work.context.promotion_id, order.stage.name, "retire"),
    )
