"""Brings an earlier version back into service, by hand."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from durabletask import task
from durabletask.task import OrchestrationContext, TaskFailedError

from promotion.core.candidate import Candidate
from promotion.core.checks.http import HttpCheck
from promotion.core.context import Context
from promotion.core.errors import Failure, Terminal
from promotion.core.going_back import Scene, Way, way_back
from promotion.core.holding import Guard
from promotion.core.notices.making import of_failed_rollback, of_rollback
from promotion.core.status import Status
from promotion.core.steps.base import Receipt
from promotion.core.steps.operations import (
    Request,
    Rollback,
    RollbackPlanOrder,
    RollbackPlanReceipt,
    RollbackRecordOrder,
    RollbackResult,
    SceneOrder,
    SceneReceipt,
    serving,
)
from promotion.core.steps.orchestrations import DeliveryOrder, DeliveryResult, RetirementOrder
from promotion.core.steps.record import RecordOrder, RecordReceipt
from promotion.core.timing import Timing
from promotion.core.ways import AnyEndpointPlan
from promotion.core.ways.batch import BatchPlan
from promotion.core.ways.online import OnlinePlan
from promotion.orchestrators.events import TAKE_BACK
from promotion.orchestrators.hold import hold_place, mark
from promotion.orchestrators.notify import tell
from promotion.orchestrators.place import guard
from promotion.orchestrators.sharing import shared
from promotion.orchestrators.work import Doing, Steps, turn

_HEED: Final = timedelta(seconds=30)
"""How often it looks whether somebody else has begun to deliver."""


def roll_back(ctx: OrchestrationContext, order: Any) -> Steps[Any]:
    """Hold the place, stop what is being delivered there, and let an earlier version serve.

    Input: a Request; output: a RollbackResult. What was being delivered is taken back by its own
    promotion; without a named version that is all there is to do. The hold stays until somebody
    resumes.
    """
    doing = Doing(ctx, Timing())
    request = RollbackPlanOrder(request=Request.model_validate(order), id=ctx.instance_id)
    try:
        planned = (yield from doing.perform(request, RollbackPlanReceipt)).rollback
    except Terminal as error:
        return RollbackResult(status=Status.FAILED, failure=error.failure).to_json()
    doing.timing = planned.timing
    result = yield from _RollBack(doing, planned).run()
    return result.to_json()


class _RollBack:
    """A rollback under way."""

    def __init__(self, doing: Doing, order: Rollback) -> None:
        self._doing = doing
        self._order = order
        self._told: set[str] = set()
        """Stages that were told to take back what they deliver."""
        self._scene = Scene()
        """As it was seen last."""
        self._show(Status.ROLLING_BACK)

    def run(self) -> Steps[RollbackResult]:
        """All of it, to its end."""
        try:
            result = yield from self._back()
        except Terminal as error:
            result = RollbackResult(status=Status.FAILED, failure=error.failure)
        if result.status is not Status.SUCCEEDED:
            yield from self._record_failure(result.failure or Failure(reason="No reason is known."))
        yield from self._mark()
        self._show(result.status)
        return result

    def _back(self) -> Steps[RollbackResult]:
        doing, order, ctx = self._doing, self._order, self._doing.ctx
        before = yield from hold_place(doing, order)
        stopped = tuple(before.delivering)
        self._take_back(stopped)
        # The turn answers once whatever was being delivered has ended.
        yield from self._heeded(ctx.call_entity(turn(order.stage.lock), "pass"))
        scene = yield from self._look()
        if order.version is None and stopped:
            got_through = scene.serving in before.delivering.values()
            if not got_through:  # taken back, and so what served before serves again
                return RollbackResult(
                    status=Status.SUCCEEDED, serves=scene.serving, taken_back=stopped
                )
        way = way_back(scene, order.about, order.version)
        result = yield from self._deliver(way, "delivery")
        if way.stands and result.failure and result.failure.code == "DeploymentGone":
            scene = yield from self._look()  # it was retired just now
            way = way_back(scene, order.about, order.version)
            result = yield from self._deliver(way, "new-delivery")
        if result.status is not Status.SUCCEEDED:
            return RollbackResult(status=result.status, failure=result.failure, taken_back=stopped)
        self._retire_later(way, result)  # first: it must not depend on a record
        yield from self._record(scene, way)
        return RollbackResult(status=result.status, serves=way.deployment, taken_back=stopped)

    def _take_back(self, delivering: Iterable[str]) -> None:
        for one in delivering:
            if one not in self._told:
                self._told.add(one)
                told = {"by": self._order.by, "reason": self._order.reason}
                self._doing.ctx.send_event(one, TAKE_BACK, data=told)

    def _heeded(self, running: task.Task[Any]) -> Steps[Any]:
        """The result of ``running``, for which nobody else must have the turn for long.

        Somebody may resume meanwhile; a delivery that begins then could park with the turn in
        its hands, and must not keep a rollback waiting.
        """
        ctx = self._doing.ctx
        while not running.is_complete:
            timer = ctx.create_timer(_HEED)
            yield task.when_any([running, timer])
            if running.is_complete:
                timer.cancel()
                break
            place = guard(self._order.place.guard)
            there = Guard.model_validate((yield ctx.call_entity(place, "look")))
            self._take_back(there.delivering)
        return running.get_result()

    def _look(self) -> Steps[Scene]:
        stage = self._order.stage
        order = SceneOrder(target=stage.target, batch=isinstance(stage, BatchPlan))
        self._scene = (yield from self._doing.perform(order, SceneReceipt)).scene
        return self._scene

    def _deliver(self, way: Way, role: str) -> Steps[DeliveryResult]:
        child = f"{self._order.id}--{role}"
        # What served before is known to be well; whatever else stands may be there because it
        # failed, to be looked at.
        ask = not way.stands or self._order.version is not None
        stage = (yield from self._ready(way)) if ask else self._stage(way)
        order = DeliveryOrder(
            context=self._context(way),
            stage=stage,
            asset_id=way.asset_id,
            candidate=self._candidate(way),
            timing=self._doing.timing,
            force=True,
            ask=ask,
            retirement=self._retirement,
        )
        try:
            delivery: task.Task[Any] = self._doing.ctx.call_sub_orchestrator(
                "deliver", input=order.to_json(whole=True), instance_id=child
            )
            output = yield from self._heeded(delivery)
        except TaskFailedError as error:
            raise Terminal(
                f"The delivery ended without a result: {error.details.message}",
                remedy=f"Look at {order.stage.place}: it may have been left half-way.",
                code="DeliveryBroke",
            ) from error
        return DeliveryResult.model_validate(output)

    def _ready(self, way: Way) -> Steps[AnyEndpointPlan]:
        """The stage; a deployment that may have to be made needs what its file names."""
        stage = self._stage(way)
        source, registry = self._order.sources[self._source(way)], self._order.about.registry
        (ready,) = yield from shared(self._doing, self._context(way), source, registry, (stage,))
        return ready

    def _candidate(self, way: Way) -> Candidate:
        """What services are told of it: the gates have seen it long ago."""
        source = self._order.sources[self._source(way)]
        return Candidate(source=source, model=way.model, as_of=self._doing.now)

    def _source(self, way: Way) -> str:
        known = self._order.sources
        return way.source if way.source in known else next(iter(known))

    def _stage(self, way: Way) -> AnyEndpointPlan:
        """All traffic at once: whoever rolls back by hand is in a hurry.

        What figures say over time is not waited for.
        """
        plan = self._order.stage
        target = plan.target.model_copy(update={"deployment": way.deployment})
        at: dict[str, object] = {"target": target}
        if isinstance(plan, OnlinePlan):
            asked = tuple(check for check in plan.verify if isinstance(check, HttpCheck))
            at |= {"canary": None, "shadow": None, "verify": asked}
        return plan.model_copy(update=at)

    def _context(self, way: Way) -> Context:
        order = self._order
        return Context(
            promotion_id=order.id,
            route=order.about.name,
            model=way.model,
            source=self._source(way),
            actor=order.by,
            stage=order.stage.name,
        )

    def _record(self, scene: Scene, way: Way) -> Steps[None]:
        record = RollbackRecordOrder(
            rollback=self._order, scene=scene, way=way, at=self._doing.started
        )
        # First: whether anybody is told must not depend on the record.
        notice = of_rollback(self._order, record.gone, str(way.model), self._doing.now)
        audience = self._order.audience
        if not record.is_ours:  # never on a version that may be another one
            audience = audience.model_copy(update={"write_back": False})
        tell(self._doing.ctx, audience, notice, self._doing.timing)
        yield from self._doing.perform(record, Receipt)

    def _record_failure(self, failure: Failure) -> Steps[None]:
        """What was to go still serves, and somebody must know."""
        order, doing = self._order, self._doing
        still = serving(order, self._scene)
        notice = of_failed_rollback(order, still, failure, doing.now)
        tell(doing.ctx, order.audience.people, notice, doing.timing)
        record = RecordOrder(
            context=still,
            name="rollback_failed",
            failure=failure,
            duration=doing.now - doing.started,
            details={"operation": order.id, "asked": order.reason},
        )
        try:
            yield from doing.perform(record, RecordReceipt)
        except Terminal:
            return  # the operation says it, too

    def _retire_later(self, way: Way, result: DeliveryResult) -> None:
        retirement = RetirementOrder(
            context=self._context(way),
            stage=self._stage(way),
            replaced=result.replaced,
            timing=self._doing.timing,
        )
        self._doing.ctx.call_sub_orchestrator(
            "retire",
            input=retirement.to_json(whole=True),
            instance_id=self._retirement,
        )

    @property
    def _retirement(self) -> str:
        return f"{self._order.id}--retire"

    def _mark(self) -> Steps[None]:
        """Last, because Azure is busy with it for a while."""
        try:
            yield from mark(self._doing, self._order, held=True)
        except Terminal:
            return  # the hold counts without its tag

    def _show(self, status: Status) -> None:
        since = self._doing.now.isoformat()
        shown = {"status": status.value, "stage": self._order.stage.name, "since": since}
        self._doing.ctx.set_custom_status(shown)
