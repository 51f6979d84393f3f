"""A pipeline of the team's own: started with the version, waited for, stopped if need be."""

from datetime import timedelta
from typing import Any

from promotion.core.errors import Failure, Terminal
from promotion.core.names import child_id
from promotion.core.status import Status
from promotion.core.steps.handover import (
    Run,
    RunLookOrder,
    RunLookReceipt,
    RunOrder,
    RunReceipt,
    Sent,
    StartOrder,
    StartReceipt,
    StopOrder,
    StopReceipt,
)
from promotion.core.steps.orchestrations import DeliveryOrder, DeliveryResult
from promotion.core.ways.handover import HandoverPlan
from promotion.orchestrators.events import Stopped
from promotion.orchestrators.work import Steps, Work


def deliver(work: Work, order: DeliveryOrder, stage: HandoverPlan) -> Steps[DeliveryResult]:
    """Hand the version over to the pipeline; the stage ends as the run does."""
    return (yield from _Handover(work, order, stage).run())


class _Handover:
    """A version that is handed over: what is known of the run that gets it."""

    def __init__(self, work: Work, order: DeliveryOrder, stage: HandoverPlan) -> None:
        self._work = work
        self._order = order
        self._stage = stage
        self._since = work.now
        self._limit = work.limit(stage.time_limit, "time_limit in the policy")
        # From promotion and stage, so that a run that was started before is found again.
        self._name = child_id(order.context.promotion_id, stage.name)
        self._run: Run | None = None
        self._sent: Sent | None = None

    def run(self) -> Steps[DeliveryResult]:
        """All of it, to its end."""
        self._work.become(Status.DEPLOYING)
        try:
            self._run = (yield from self._start()).run
            self._show()
            look = yield from self._wait()
        except Terminal as error:  # it takes too long, somebody stops it, or nobody answers
            if self._run is None and self._sent is None:
                return self._ended(error.failure)
            return (yield from self._stop(error))
        if look.failure is not None:
            return self._ended(look.failure)
        return self._succeeded()

    def _start(self) -> Steps[StartReceipt]:
        """The run. What dies on the way may have started it: then it is looked for first."""
        context, asset_id = self._order.context, self._order.asset_id
        order = StartOrder(
            **self._about(),
            parameters=self._stage.given(self._name, context.model, asset_id),
            sent=self._sent,
        )

        def again(given: StartOrder) -> StartOrder:
            # The same order once more would start a second run before the first one is listed.
            if self._sent is None or not self._sent.accepted:
                self._sent = Sent(at=self._work.now, accepted=False)
            return given.model_copy(update={"sent": self._sent})

        def following(given: StartOrder, receipt: StartReceipt) -> StartOrder:
            self._sent = receipt.sent
            return _later(given, receipt).model_copy(update={"sent": receipt.sent})

        return (
            yield from self._work.settle(
                order, StartReceipt, limit=self._limit, following=following, again=again
            )
        )

    def _wait(self) -> Steps[RunLookReceipt]:
        order = RunLookOrder(**self._about(), run=self._run)
        return (
            yield from self._work.settle(order, RunLookReceipt, limit=self._limit, following=_later)
        )

    def _stop(self, why: Terminal) -> Steps[DeliveryResult]:
        """Nobody waits for the run any more, so it must not go on."""
        self._show(stopping=True)
        try:
            stopped = yield from self._stopped(why.failure.reason)
        except Terminal as error:
            name = self._named(self._run)
            both = Failure(
                reason=f"{why.failure.reason} {name} could not be stopped: {error.failure.reason}",
                remedy=f"Look whether {name} goes on.",
                code=why.failure.code,
            )
            return self._ended(both)
        if stopped.outcome == "succeeded":  # before anybody could stop it
            return self._succeeded()
        if stopped.outcome is None or (isinstance(why, Stopped) and why.status is Status.CANCELLED):
            return self._ended(why.failure)
        return self._ended(self._left(why.failure, stopped))

    def _stopped(self, reason: str) -> Steps[StopReceipt]:
        order = StopOrder(**self._about(), run=self._run, sent=self._sent, reason=reason)
        span = timedelta(seconds=self._order.timing.undo_limit)
        limit = self._work.limit(span, "PROMOTION_UNDO_LIMIT")
        while True:
            try:
                return (
                    yield from self._work.settle(order, StopReceipt, limit=limit, following=_later)
                )
            except Stopped:  # it is being stopped already
                continue

    def _left(self, why: Failure, stopped: StopReceipt) -> Failure:
        """What a pipeline has done is for its team to take back."""
        return Failure(
            reason=f"{why.reason} {self._named(stopped.run)} was stopped; what it had done by then "
            "was left as it is.",
            remedy=why.remedy or "Look at the run, and take back what it did.",
            code=why.code,
        )

    def _named(self, run: Run | None) -> str:
        link = f" ({run.link})" if run is not None and run.link else ""
        return f"The run of {self._stage.pipeline.label}{link}"

    def _show(self, **more: bool) -> None:
        link = self._run.link if self._run is not None else None
        self._work.become(Status.DEPLOYING, link=link, **more)

    def _about(self) -> dict[str, Any]:
        return {
            "context": self._order.context,
            "pipeline": self._stage.pipeline,
            "name": self._name,
            "since": self._since,
        }

    def _succeeded(self) -> DeliveryResult:
        return DeliveryResult(stage=self._stage.name, status=Status.SUCCEEDED)

    def _ended(self, failure: Failure) -> DeliveryResult:
        return DeliveryResult(stage=self._stage.name, status=Status.FAILED, failure=failure)


def _later[O: RunOrder](given: O, receipt: RunReceipt) -> O:
    """The same once more, not before the far side wants it."""
    return given.model_copy(update={"not_before": receipt.not_before})
