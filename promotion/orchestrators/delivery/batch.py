"""One batch endpoint: the new deployment beside the default, tested with a job, then the switch."""

from datetime import timedelta

from promotion.core import marks
from promotion.core.errors import Failure, Terminal
from promotion.core.names import child_id
from promotion.core.status import Status
from promotion.core.steps.base import Receipt
from promotion.core.steps.batch import (
    BatchDeployOrder,
    BatchDeployReceipt,
    BatchEndpointOrder,
    BatchEndpointReceipt,
    BatchLookOrder,
    BatchTestLookOrder,
    BatchTestLookReceipt,
    ComputeOrder,
    DefaultOrder,
    DefaultReceipt,
    InvokeOrder,
    InvokeReceipt,
    UndoBatchOrder,
    UndoBatchReceipt,
)
from promotion.core.steps.online import LookReceipt
from promotion.core.steps.orchestrations import DeliveryOrder, DeliveryResult
from promotion.core.ways.batch import BatchPlan, BatchTestPlan
from promotion.orchestrators.delivery.failures import newer_serves, not_taken_back
from promotion.orchestrators.work import Limit, Steps, Work


def deliver(work: Work, order: DeliveryOrder, stage: BatchPlan) -> Steps[DeliveryResult]:
    """Make the version the default, while nobody else delivers to this endpoint."""
    return (yield from _Delivery(work, order, stage).run())


class _Delivery:
    """A delivery under way: what the endpoint was like before, and how far this one is."""

    def __init__(self, work: Work, order: DeliveryOrder, stage: BatchPlan) -> None:
        self._work = work
        self._order = order
        self._stage = stage
        self._limit = work.limit(stage.time_limit, "time_limit in the policy")
        self._before = BatchEndpointReceipt()
        self._mark: str | None = None
        self._job: str | None = None
        self._switched = False

    def run(self) -> Steps[DeliveryResult]:
        """All of it, to its end."""
        self._work.become(Status.DEPLOYING)
        deployment = self._stage.target.deployment
        try:
            before = self._before = yield from self._endpoint()
            name, model = self._stage.target.endpoint, self._order.context.model
            serving = [before.version] if before.version else []
            if not self._order.force and (newer := newer_serves(name, model, serving)):
                return self._ended(Status.SUPERSEDED, newer)
            yield from self._compute()
        except Terminal as error:  # nothing has been changed that would have to be taken back
            return self._ended(Status.FAILED, error.failure)
        try:
            yield from self._deploy()
            if before.default != deployment:  # else this very version serves already
                yield from self._verify()
                yield from self._switch()
        except Terminal as error:
            return (yield from self._take_back(error.failure))
        replaced = (before.default,) if before.default and before.default != deployment else ()
        return DeliveryResult(stage=self._stage.name, status=Status.SUCCEEDED, replaced=replaced)

    def _endpoint(self) -> Steps[BatchEndpointReceipt]:
        order = BatchEndpointOrder(
            context=self._order.context,
            target=self._stage.target,
            yaml=self._stage.endpoint_yaml,
        )
        return (yield from self._work.settle(order, BatchEndpointReceipt, limit=self._limit))

    def _compute(self) -> Steps[None]:
        stage = self._stage
        if stage.compute_yaml is None:
            return
        order = ComputeOrder(
            context=self._order.context,
            workspace=stage.workspace,
            yaml=stage.compute_yaml,
            path=stage.compute_path or "",
        )
        yield from self._work.settle(order, Receipt, limit=self._limit)

    def _deploy(self) -> Steps[None]:
        started, stage, context = self._work.now, self._stage, self._order.context
        # What must not be asked stands, or it is not what is wanted.
        operation = (yield from self._create()) if self._order.ask else None
        look = yield from self._work.settle(
            BatchLookOrder(
                context=context,
                target=stage.target,
                started_at=started,
                operation=operation,
            ),
            LookReceipt,
            limit=self._limit,
        )
        if look.failure is not None:
            raise Terminal.of(look.failure)

    def _create(self) -> Steps[str | None]:
        """What Azure calls its making of the deployment."""
        stage = self._stage
        receipt = yield from self._work.perform(
            BatchDeployOrder(
                context=self._order.context,
                target=stage.target,
                yaml=stage.deployment_yaml,
                path=stage.deployment_path,
                asset_id=self._order.asset_id,
                references=stage.references,
            ),
            BatchDeployReceipt,
        )
        return receipt.operation

    def _verify(self) -> Steps[None]:
        yield from self._work.checkpoint()
        self._work.become(Status.VERIFYING)
        test = self._stage.test
        if test is not None and self._order.ask:
            yield from self._test(test)

    def _test(self, test: BatchTestPlan) -> Steps[None]:
        """One job of the new deployment alone. Raises Terminal unless it completes."""
        work, context, target = self._work, self._order.context, self._stage.target
        started, limit = work.now, self._sooner(test)
        # From promotion and stage, so that a second call finds the job of the first.
        mark = self._mark = child_id(context.promotion_id, self._stage.name, "test")
        invoked = yield from work.perform(
            InvokeOrder(context=context, target=target, test=test, mark=mark), InvokeReceipt
        )
        self._job = invoked.job
        work.become(Status.VERIFYING, job=invoked.job, studio=invoked.studio)
        order = BatchTestLookOrder(
            context=context, target=target, job=invoked.job, mark=mark, started_at=started
        )
        look = yield from work.settle(order, BatchTestLookReceipt, limit=limit)
        if look.failure is not None:
            raise Terminal.of(look.failure)

    def _sooner(self, test: BatchTestPlan) -> Limit:
        """The limit of the test, or that of the stage if it passes first."""
        own = self._work.limit(test.time_limit, "time_limit of the test in the policy")
        return min(own, self._limit, key=lambda limit: limit.at - limit.parked)

    def _switch(self) -> Steps[None]:
        yield from self._work.checkpoint()
        deployment = self._stage.target.deployment
        self._work.become(Status.SHIFTING, traffic={deployment: 100})

        def once_written(given: DefaultOrder, receipt: DefaultReceipt) -> DefaultOrder:
            return given.model_copy(update={"written": receipt.written})

        before = self._before
        wanted = marks.previous(before.default, before.version) if before.default else before.marks
        order = DefaultOrder(
            context=self._order.context,
            target=self._stage.target,
            expected=before.default,
            marks=wanted,
            started_at=self._work.now,
        )
        yield from self._work.settle(
            order, DefaultReceipt, limit=self._limit, following=once_written
        )
        self._switched = True

    def _take_back(self, why: Failure) -> Steps[DeliveryResult]:
        """Undo everything; what could not be undone is said beside ``why``."""
        self._work.become(Status.ROLLING_BACK)

        def once_told(given: UndoBatchOrder, receipt: UndoBatchReceipt) -> UndoBatchOrder:
            return given.model_copy(update={"told": receipt.told})

        order = UndoBatchOrder(
            context=self._order.context,
            target=self._stage.target,
            restore=self._before.default,
            marks=self._before.marks,
            mark=self._mark,
            job=self._job,
            keep=self._stage.on_failure == "keep",
            switched=self._switched,
        )
        span = timedelta(seconds=self._order.timing.undo_limit)
        limit = self._work.limit(span, "PROMOTION_UNDO_LIMIT")
        try:
            yield from self._work.settle(order, UndoBatchReceipt, limit=limit, following=once_told)
        except Terminal as error:
            both = not_taken_back(self._stage.target.endpoint, why, error.failure)
            return self._ended(Status.FAILED, both)
        return self._ended(Status.ROLLED_BACK, why)

    def _ended(self, status: Status, failure: Failure) -> DeliveryResult:
        return DeliveryResult(stage=self._stage.name, status=status, failure=failure)
