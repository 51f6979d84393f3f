"""One stage of a promotion: its place in line, its gates, its waits, then the delivery."""

from typing import Any

from durabletask import task
from durabletask.entities import EntityInstanceId
from durabletask.task import OrchestrationContext, TaskFailedError

from promotion.core.errors import Failure, Terminal
from promotion.core.line import Arrival
from promotion.core.names import child_id, line_name
from promotion.core.status import Status
from promotion.core.steps.orchestrations import (
    DeliveryOrder,
    DeliveryResult,
    RetirementOrder,
    StageOrder,
    StageResult,
)
from promotion.core.ways import AnyEndpointPlan
from promotion.core.ways.batch import BatchPlan
from promotion.core.ways.online import OnlinePlan
from promotion.orchestrators.attention import Attention, Superseded
from promotion.orchestrators.events import SUPERSEDED, Stopped
from promotion.orchestrators.judging import judge
from promotion.orchestrators.place import Place
from promotion.orchestrators.waiting import Rejected, Waiting
from promotion.orchestrators.work import Steps, Work


def stage(ctx: OrchestrationContext, order: Any) -> Steps[Any]:
    """Bring the version to one stage. Input: a StageOrder; output: a StageResult."""
    ordered = StageOrder.model_validate(order)
    work = Work(ctx, ordered.context, ordered.plan.timing, Status.EVALUATING)
    result = yield from _Stage(work, ordered).run()
    if result.status is Status.ROLLED_BACK:
        work.become(Status.ROLLING_BACK)  # the delivery went through it
    work.become(result.status)
    return result.to_json()


class _Stage:
    """A stage under way, with its result as it grows."""

    def __init__(self, work: Work, order: StageOrder) -> None:
        self._work = work
        self._order = order
        self._attention = Attention(work)
        self._waiting = work.listener = Waiting(work, self._attention, order)
        where = order.stage.guarded(order.context.route)
        self._place = Place(work, self._attention, where)
        self._result = StageResult(stage=order.stage.name, status=Status.EVALUATING)
        model = order.context.model
        name = line_name(order.context.route, order.stage.name, order.plan.source, model.name)
        self._line = EntityInstanceId("line", name)

    def run(self) -> Steps[StageResult]:
        """Everything, to its end."""
        model = self._order.context.model
        try:
            yield from self._pass_gates()
            # Only a version that may go on supersedes others.
            yield from self._come()
            waits = self._order.stage.waits
            yield from self._waiting.over(waits, self._result.judgement)
            yield from self._place.come()
            begun = False
            while not begun:
                yield from self._waiting.free(waits)
                begun = yield from self._place.begin(self._order.stage.what(model))
        except Stopped as stop:
            self._end(stop.status, stop.failure)
        except Terminal as error:
            self._end(Status.FAILED, error.failure)
        except Rejected as error:
            self._end(Status.REJECTED, error.failure)
        except Superseded as newer:
            self._end(Status.SUPERSEDED, self._overtaken(str(newer)))
        self._leave()
        if self._result.status is Status.EVALUATING:
            yield from self._deliver()
        self._place.leave()
        return self._result

    def _come(self) -> Steps[None]:
        """Take a place in line: older versions that wait are superseded, or this one is."""
        ctx, model = self._work.ctx, self._order.context.model
        me = {"instance": ctx.instance_id, **model.to_json()}
        arrival = Arrival.model_validate((yield ctx.call_entity(self._line, "arrive", me)))
        if arrival.newer is not None:
            raise Superseded(arrival.newer)
        for older in arrival.older:
            ctx.send_event(older, SUPERSEDED, data=model.version)

    def _leave(self) -> None:
        self._work.ctx.signal_entity(self._line, "leave", self._work.ctx.instance_id)

    def _pass_gates(self) -> Steps[None]:
        gates = self._order.stage.gates
        if not gates:
            return
        receipt = yield from judge(self._work, self._order.plan, gates)
        judgement = receipt.judgement
        self._note(judgement=judgement, candidate=receipt.candidate)
        if not judgement.passed:
            refused = Failure(reason=judgement.reason, remedy=judgement.remedy, code="GateFailed")
            self._end(Status.REJECTED, refused)
            raise Rejected(refused)

    def _deliver(self) -> Steps[None]:
        self._work.become(Status.DEPLOYING)
        try:
            ended = yield from self._delivered()
        except Terminal as error:
            self._end(Status.FAILED, error.failure)
            return
        since = self._work.now if ended.status is Status.SUCCEEDED else None
        self._note(**dict(ended), since=since)
        if ended.replaced and isinstance(self._order.stage, OnlinePlan | BatchPlan):
            self._retire_later(self._order.stage, ended.replaced)

    def _delivered(self) -> Steps[DeliveryResult]:
        stage = self._order.stage
        order = DeliveryOrder(
            context=self._order.context,
            stage=stage,
            asset_id=self._order.asset_id,
            candidate=self._result.candidate or self._order.candidate,
            timing=self._work.timing,
            retirement=self._child("retire"),
        )
        child = self._child("delivery")
        running: task.Task[Any] = self._work.ctx.call_sub_orchestrator(
            "deliver", input=order.to_json(whole=True), instance_id=child
        )
        try:
            output = yield from self._attention.forward(running, child)
        except TaskFailedError as error:  # terminated by somebody, or a fault of ours
            raise Terminal(
                f"The delivery at {stage.name} ended without a result: {error.details.message}",
                remedy=f"Look at {stage.place}: it may have been left half-way.",
                code="DeliveryBroke",
            ) from error
        return DeliveryResult.model_validate(output)

    def _retire_later(self, stage: AnyEndpointPlan, replaced: tuple[str, ...]) -> None:
        """Start ``retire`` without waiting for it: the stage has succeeded already."""
        retirement = RetirementOrder(
            context=self._order.context,
            stage=stage,
            replaced=replaced,
            timing=self._work.timing,
        )
        self._work.ctx.call_sub_orchestrator(
            "retire", input=retirement.to_json(whole=True), instance_id=self._child("retire")
        )

    def _child(self, role: str) -> str:
        return child_id(self._order.context.promotion_id, self._order.stage.name, role)

    def _overtaken(self, version: str) -> Failure:
        model = self._order.context.model
        return Failure(
            reason=f"{model.name}:{version}, which is newer, came to {self._order.stage.name} "
            f"before {model} had begun there.",
            remedy="Nothing needs to be done; promote this version by hand if it is to serve.",
            code="Superseded",
        )

    def _note(self, **news: Any) -> None:
        self._result = self._result.model_copy(update=news)

    def _end(self, status: Status, failure: Failure) -> None:
        self._note(status=status, failure=failure)
