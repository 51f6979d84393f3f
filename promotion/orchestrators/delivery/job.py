"""A job of the team's own: submitted with the version, waited for, cancelled if need be."""

from datetime import timedelta

from promotion.core.errors import Failure, Terminal
from promotion.core.names import child_id
from promotion.core.status import Status
from promotion.core.steps.base import Receipt
from promotion.core.steps.job import (
    CancelJobOrder,
    JobLookOrder,
    JobLookReceipt,
    SubmitOrder,
    SubmitReceipt,
)
from promotion.core.steps.orchestrations import DeliveryOrder, DeliveryResult
from promotion.core.ways.job import JobPlan
from promotion.orchestrators.work import Steps, Work


def deliver(work: Work, order: DeliveryOrder, stage: JobPlan) -> Steps[DeliveryResult]:
    """Hand the version to the job; the stage ends as the job does."""
    return (yield from _Handing(work, order, stage).run())


class _Handing:
    """A version that is handed to a job."""

    def __init__(self, work: Work, order: DeliveryOrder, stage: JobPlan) -> None:
        self._work = work
        self._order = order
        self._stage = stage
        self._started = work.now
        self._limit = work.limit(stage.time_limit, "time_limit in the policy")
        # From promotion and stage, so that a second submission finds the first.
        self._job = child_id(order.context.promotion_id, stage.name, "job")

    def run(self) -> Steps[DeliveryResult]:
        """All of it, to its end."""
        self._work.become(Status.DEPLOYING)
        try:
            submitted = yield from self._submit()
            self._work.become(Status.DEPLOYING, job=self._job, studio=submitted.studio)
            look = yield from self._wait()
        except Terminal as error:  # it takes too long, somebody stops it, or Azure does not answer
            return (yield from self._cancel(error.failure))
        if look.failure is not None:
            return self._ended(Status.FAILED, look.failure)
        return DeliveryResult(stage=self._stage.name, status=Status.SUCCEEDED)

    def _submit(self) -> Steps[SubmitReceipt]:
        order = SubmitOrder(
            context=self._order.context,
            workspace=self._stage.workspace,
            job=self._job,
            yaml=self._stage.yaml,
            path=self._stage.path,
            input=self._stage.input,
            asset_id=self._order.asset_id,
            references=self._stage.references,
        )
        return (yield from self._work.perform(order, SubmitReceipt))

    def _wait(self) -> Steps[JobLookReceipt]:
        order = JobLookOrder(
            context=self._order.context,
            workspace=self._stage.workspace,
            job=self._job,
            started_at=self._started,
        )
        return (yield from self._work.settle(order, JobLookReceipt, limit=self._limit))

    def _cancel(self, why: Failure) -> Steps[DeliveryResult]:
        """Nobody waits for it any more, so it must not go on; a job that never began is no job."""
        self._work.become(Status.ROLLING_BACK)
        order = CancelJobOrder(
            context=self._order.context,
            workspace=self._stage.workspace,
            job=self._job,
            started_at=self._started,
            reason=why.reason,
        )
        span = timedelta(seconds=self._order.timing.undo_limit)
        limit = self._work.limit(span, "PROMOTION_UNDO_LIMIT")
        try:
            yield from self._work.settle(order, Receipt, limit=limit)
        except Terminal as error:
            both = Failure(
                reason=f"{why.reason} The job could not be cancelled: {error.failure.reason}",
                remedy=f"Look whether the job {self._job} runs in {self._stage.workspace.name}.",
                code=why.code,
            )
            return self._ended(Status.FAILED, both)
        return self._ended(Status.FAILED, why)

    def _ended(self, status: Status, failure: Failure) -> DeliveryResult:
        return DeliveryResult(stage=self._stage.name, status=status, failure=failure)
