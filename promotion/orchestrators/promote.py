"""The story of one promotion: evidence, gates, registry, then every stage when its turn comes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from durabletask import task
from durabletask.task import OrchestrationContext, TaskFailedError

from promotion.core.errors import Failure, Terminal
from promotion.core.names import child_id
from promotion.core.notices.making import of_promotion, of_stage
from promotion.core.plan import Plan, Promotion
from promotion.core.status import Status
from promotion.core.steps.copying import CopyOrder, CopyReceipt
from promotion.core.steps.orchestrations import PromotionResult, StageOrder, StageResult
from promotion.core.steps.record import RecordOrder, RecordReceipt
from promotion.core.verdict import Judgement
from promotion.core.waits.decision import Origin
from promotion.core.ways.base import StagePlan
from promotion.orchestrators.control import Cancellation
from promotion.orchestrators.events import CANCEL, Stopped
from promotion.orchestrators.judging import judge
from promotion.orchestrators.notify import tell
from promotion.orchestrators.sharing import share_assets
from promotion.orchestrators.work import Doing, Limit, Steps, Work


def promote(ctx: OrchestrationContext, order: Any) -> Steps[Any]:
    """Move one candidate along one route. Input: a Promotion; output: a PromotionResult."""
    promotion = Promotion.model_validate(order)
    work = Work(ctx, promotion.context, promotion.plan.timing, Status.EVALUATING)
    told = {"event_id": promotion.event_id or ""}
    if promotion.reason is not None:
        told["reason"] = promotion.reason
    yield from work.record("requested", None, **told)
    story = _Story(work, promotion)
    broke: Exception | None = None
    try:
        result = yield from story.tell()
    except Exception as error:  # a fault of ours: people are told of that, too
        broke, result = error, story.broken(error)
    if result.status is Status.ROLLED_BACK:
        work.become(Status.ROLLING_BACK)  # the stage went through it
    work.become(result.status)
    # First: whether anybody is told must not depend on a record.
    notice = of_promotion(promotion, result, work.now)
    tell(ctx, promotion.plan.audience, notice, work.timing)
    # Stages side by side may end differently; the promotion ends as the first that failed.
    failed = [one for one in result.stages if one.status is not Status.SUCCEEDED]
    for one in failed:
        work.enter(one.stage)
        yield from work.record(one.status, one.failure, **story.said_before(one.stage))
    if not failed:
        yield from work.record(result.status, result.failure)
    if broke is not None:
        raise broke  # its traceback stands in the durable history
    return result.to_json()


class _Story:
    """A promotion under way, with its result as it grows."""

    def __init__(self, work: Work, promotion: Promotion) -> None:
        self._work = work
        self._promotion = promotion
        self._plan: Plan = promotion.plan
        self._said: dict[str, datetime] = {}
        """Stages whose end was told while others went on, and when."""
        self._result = PromotionResult(status=Status.EVALUATING)
        self._listener = work.listener = Cancellation(work)
        self._stop: Stopped | None = None

    def tell(self) -> Steps[PromotionResult]:
        """Everything, to its end."""
        try:
            yield from self._pass_gates()
            if self._result.status is Status.EVALUATING:
                yield from self._work.checkpoint()
                yield from self._copy()
                yield from self._work.checkpoint()
                yield from self._stages()
        except Stopped as stop:
            self._note(status=stop.status, failure=stop.failure)
        except Terminal as error:
            self._note(status=Status.FAILED, failure=error.failure)
        return self._result

    def broken(self, error: Exception) -> PromotionResult:
        """How it ends when this code breaks."""
        kind = type(error).__name__
        failure = Failure(
            reason=f"The service broke: {kind}.",
            remedy="Report it, with the log of the app; stages that are under way go on.",
            code="ServiceBroke",
        )
        self._note(status=Status.FAILED, failure=failure)
        return self._result

    def said_before(self, stage: str) -> dict[str, str]:
        """What the last record of a stage says, when an earlier one told of its end."""
        at = self._said.get(stage)
        return {"ended_at": at.isoformat()} if at else {}

    def _pass_gates(self) -> Steps[None]:
        receipt = yield from judge(self._work, self._plan, self._plan.gates)
        judgement = receipt.judgement
        self._note(judgement=judgement, candidate=receipt.candidate)
        if not judgement.passed:
            refused = Failure(reason=judgement.reason, remedy=judgement.remedy, code="GateFailed")
            self._note(status=Status.REJECTED, failure=refused)

    def _copy(self) -> Steps[None]:
        work, plan = self._work, self._plan
        work.become(Status.COPYING)
        now = work.now

        def with_operation(order: CopyOrder, receipt: CopyReceipt) -> CopyOrder:
            return order.model_copy(update={"operation": receipt.operation})

        receipt = yield from work.settle(
            CopyOrder(
                context=work.context, source=plan.source, registry=plan.registry, started_at=now
            ),
            CopyReceipt,
            limit=Limit(now + timedelta(seconds=plan.timing.copy_limit), "PROMOTION_COPY_LIMIT"),
            following=with_operation,
        )
        self._note(asset_id=receipt.asset_id or plan.model.in_registry(plan.registry))
        self._plan = yield from share_assets(work, plan)

    def _stages(self) -> Steps[None]:
        """Each stage when those that it needs have succeeded; side by side where they may be."""
        running: dict[str, task.Task[Any]] = {}
        while True:
            for stage in self._startable(running):
                self._work.become(Status.DEPLOYING)
                running[stage.name] = self._start(stage)
            if not running:
                break
            yield from self._listener.ears.wait(None, *running.values())
            self._hear(running)
            done = [name for name, one in running.items() if one.is_complete]
            ended = [_result_of(name, running.pop(name)) for name in done]
            for result in ended:
                self._ended(result)
            for result in ended:
                yield from self._say(result, going_on=tuple(running))
        first = next((one for one in self._result.stages if one.status != Status.SUCCEEDED), None)
        if first is not None:
            self._note(status=first.status, failure=first.failure)
        elif self._stop is not None and len(self._result.stages) < len(self._plan.stages):
            self._note(status=self._stop.status, failure=self._stop.failure)
        else:
            self._note(status=Status.SUCCEEDED)

    def _say(self, ended: StageResult, going_on: tuple[str, ...]) -> Steps[None]:
        """Nobody is to wait for the stages beside one that did not succeed to hear of it."""
        if not going_on or ended.status in (Status.SUCCEEDED, Status.CANCELLED):
            return
        work, promotion = self._work, self._promotion
        self._said[ended.stage] = work.now
        notice = of_stage(promotion, ended, going_on, work.now)
        tell(work.ctx, promotion.plan.audience.people, notice, work.timing)
        order = RecordOrder(
            context=notice.context,
            name="stage_ended",
            failure=ended.failure,
            duration=work.now - work.started,
            details={"outcome": ended.status.value, "going_on": ", ".join(going_on)},
        )
        try:
            # Without the listener: whoever cancels meanwhile is heard afterwards.
            yield from Doing(work.ctx, work.timing).perform(order, RecordReceipt)
        except Terminal:
            return  # nothing of the promotion depends on it; its last record comes anyhow

    def _hear(self, running: Iterable[str]) -> None:
        """Whoever cancels the promotion cancels the stages under way; no other begins."""
        come, told = self._listener.ears.take(CANCEL)
        if come and self._stop is None:
            self._stop = Stopped(Status.CANCELLED, told)
            for name in running:
                self._work.ctx.send_event(self._stage_id(name), CANCEL, data=told)

    def _startable(self, running: dict[str, task.Task[Any]]) -> list[StagePlan]:
        ended = {one.stage for one in self._result.stages}
        known = ended | running.keys()
        served = self._served()
        if self._stop is not None:
            return []
        return [
            stage
            for stage in self._plan.stages
            if stage.name not in known and all(need in served for need in stage.needs)
        ]

    def _start(self, stage: StagePlan) -> task.Task[Any]:
        candidate = self._result.candidate
        context = self._work.context.model_copy(update={"stage": stage.name})
        order = StageOrder(
            context=context,
            plan=self._plan.only(stage),
            asset_id=self._result.asset_id or "",
            origin=Origin(
                registrant=candidate.registered_by if candidate else None,
                by_application=bool(candidate and candidate.registered_by_application),
                requester=None if context.actor == "event-grid" else context.actor,
                requester_also=self._promotion.actor_also,
            ),
            candidate=candidate,
            judgement=self._result.judgement,
            served=self._served(),
        )
        return self._work.ctx.call_sub_orchestrator(
            "stage",
            input=order.to_json(whole=True),
            instance_id=self._stage_id(stage.name),
        )

    def _stage_id(self, name: str) -> str:
        return child_id(self._work.context.promotion_id, name)

    def _ended(self, stage: StageResult) -> None:
        verdicts = (*self._result.judgement.verdicts, *stage.judgement.verdicts)
        self._note(stages=(*self._result.stages, stage), judgement=Judgement.of(verdicts))

    def _served(self) -> dict[str, datetime]:
        """Since when each stage serves the version that does."""
        return {one.stage: one.since for one in self._result.stages if one.since is not None}

    def _note(self, **news: Any) -> None:
        self._result = self._result.model_copy(update=news)


def _result_of(name: str, ended: task.Task[Any]) -> StageResult:
    try:
        return StageResult.model_validate(ended.get_result())
    except TaskFailedError as error:  # terminated by somebody, or a fault of ours
        failure = Failure(
            reason=f"The stage {name} ended without a result: {error.details.message}",
            remedy="Look at its endpoint: it may have been left half-way.",
            code="StageBroke",
        )
        return StageResult(stage=name, status=Status.FAILED, failure=failure)
