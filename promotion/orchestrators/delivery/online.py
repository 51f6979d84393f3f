"""One online endpoint: the new deployment beside the live one, asked, then the traffic or none."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from promotion.core import marks
from promotion.core.errors import Failure, Terminal
from promotion.core.rollout import Weights, path
from promotion.core.status import Status
from promotion.core.steps.base import Receipt
from promotion.core.steps.online import (
    DeployOrder,
    EndpointOrder,
    EndpointReceipt,
    LookOrder,
    LookReceipt,
    TrafficOrder,
    TrafficReceipt,
    UndoOrder,
    UndoReceipt,
)
from promotion.core.steps.orchestrations import DeliveryOrder, DeliveryResult
from promotion.core.steps.register import RegisterOrder, RegisterReceipt
from promotion.core.ways.online import OnlinePlan
from promotion.orchestrators.delivery.failures import newer_serves, not_taken_back
from promotion.orchestrators.delivery.shadowing import shadow
from promotion.orchestrators.delivery.verifying import verify
from promotion.orchestrators.work import Steps, Work


def deliver(work: Work, order: DeliveryOrder, stage: OnlinePlan) -> Steps[DeliveryResult]:
    """Bring the version into service, while nobody else rolls out to this endpoint."""
    return (yield from _Rollout(work, order, stage).run())


class _Rollout:
    """A rollout under way: where the traffic was, and the way that it takes."""

    def __init__(self, work: Work, order: DeliveryOrder, stage: OnlinePlan) -> None:
        self._work = work
        self._order = order
        self._stage = stage
        self._limit = work.limit(stage.time_limit + stage.pauses, "time_limit in the policy")
        self._before: Weights = {}
        self._marks: dict[str, str] = {}
        self._serving: dict[str, str] = {}
        self._ways: Sequence[Weights] = ()
        self._present: Weights = {}
        self._shifted = False

    def run(self) -> Steps[DeliveryResult]:
        """All of it, to its end."""
        self._work.become(Status.DEPLOYING)
        target = self._stage.target
        try:
            endpoint = yield from self._work.settle(
                EndpointOrder(
                    context=self._order.context, target=target, yaml=self._stage.endpoint_yaml
                ),
                EndpointReceipt,
                limit=self._limit,
            )
        except Terminal as error:  # nothing has been changed that would have to be taken back
            return self._ended(Status.FAILED, error.failure)
        name, model = self._stage.target.endpoint, self._order.context.model
        serving = endpoint.serving.values()
        if not self._order.force and (newer := newer_serves(name, model, serving)):
            return self._ended(Status.SUPERSEDED, newer)
        steps = self._stage.canary.steps if self._stage.canary else ()
        self._before, self._marks = endpoint.traffic, endpoint.marks
        self._serving, self._present = endpoint.serving, endpoint.traffic
        self._ways = path(self._before, target.deployment, steps)
        try:
            yield from self._deploy()
            if self._before != {target.deployment: 100}:  # else this very version serves already
                yield from self._verify()
                yield from shadow(self._work, self._order, self._stage, self._before, self._limit)
                yield from self._shift()
        except Terminal as error:
            return (yield from self._take_back(error.failure))
        replaced = tuple(sorted(set(self._before) - {target.deployment}))
        return DeliveryResult(stage=self._stage.name, status=Status.SUCCEEDED, replaced=replaced)

    def _deploy(self) -> Steps[None]:
        started, stage, context = self._work.now, self._stage, self._order.context
        if self._order.ask:  # what must not be asked stands, or it is not what is wanted
            yield from self._create()
        look = yield from self._work.settle(
            LookOrder(context=context, target=stage.target, started_at=started),
            LookReceipt,
            limit=self._limit,
        )
        if look.failure is not None:
            raise Terminal.of(look.failure)

    def _create(self) -> Steps[None]:
        stage = self._stage
        yield from self._work.perform(
            DeployOrder(
                context=self._order.context,
                target=stage.target,
                yaml=stage.deployment_yaml,
                path=stage.deployment_path,
                asset_id=(yield from self._asset()),
                references=stage.references,
            ),
            Receipt,
        )

    def _asset(self) -> Steps[str]:
        """The model as the endpoint takes it: Kubernetes only from its own workspace."""
        asset_id = self._order.asset_id
        if not (self._stage.kubernetes and asset_id.startswith("azureml://registries/")):
            return asset_id
        registered = yield from self._work.perform(
            RegisterOrder(
                context=self._order.context, workspace=self._stage.workspace, asset_id=asset_id
            ),
            RegisterReceipt,
        )
        return registered.model_id

    def _shift(self) -> Steps[None]:
        """Step by step; it is asked again while each step lasts, and after the last."""
        expected, stage = self._before, self._stage
        for number, wanted in enumerate(self._ways, start=1):
            yield from self._work.checkpoint()
            self._work.become(Status.SHIFTING, traffic=dict(wanted))
            yield from self._write(expected, wanted)
            expected, self._shifted = wanted, True
            self._present = wanted
            since = self._work.now
            if stage.canary is not None and number < len(self._ways):
                yield from self._work.rest(self._work.now + stage.canary.every)
            yield from self._verify(wanted[stage.target.deployment], since)

    def _verify(self, share: int = 0, since: datetime | None = None) -> Steps[None]:
        if self._order.ask:
            before = self._before
            yield from verify(
                self._work, self._order, self._stage, share, before=before, since=since
            )
        else:
            self._work.become(Status.VERIFYING)

    def _write(self, expected: Weights, wanted: Weights) -> Steps[None]:
        def once_written(given: TrafficOrder, receipt: TrafficReceipt) -> TrafficOrder:
            return given.model_copy(update={"written": receipt.written})

        yield from self._work.settle(
            TrafficOrder(
                context=self._order.context,
                target=self._stage.target,
                expected=expected,
                wanted=wanted,
                marks=self._new_marks() if wanted == self._ways[-1] else None,
                started_at=self._work.now,
            ),
            TrafficReceipt,
            limit=self._limit,
            following=once_written,
        )

    def _new_marks(self) -> dict[str, str]:
        """What served before, for a rollback by hand, once this version has all traffic."""
        others = {name: share for name, share in self._before.items() if name not in self._ways[-1]}
        if not others:
            return self._marks
        previous = min(others, key=lambda name: (-others[name], name))
        version = self._serving.get(previous)
        return marks.previous(previous, version)

    def _take_back(self, why: Failure) -> Steps[DeliveryResult]:
        """Undo everything; what could not be undone is said beside ``why``."""
        self._work.become(Status.ROLLING_BACK)

        def once_told(given: UndoOrder, receipt: UndoReceipt) -> UndoOrder:
            return given.model_copy(update={"told": receipt.told})

        undo_limit = timedelta(seconds=self._order.timing.undo_limit)
        try:
            yield from self._work.settle(
                UndoOrder(
                    context=self._order.context,
                    target=self._stage.target,
                    restore=self._before,
                    marks=self._marks,
                    present=self._present,
                    ours=tuple(self._ways),
                    keep=self._stage.on_failure == "keep",
                    shifted=self._shifted,
                ),
                UndoReceipt,
                limit=self._work.limit(undo_limit, "PROMOTION_UNDO_LIMIT"),
                following=once_told,
            )
        except Terminal as error:
            both = not_taken_back(self._stage.target.endpoint, why, error.failure)
            return self._ended(Status.FAILED, both)
        return self._ended(Status.ROLLED_BACK, why)

    def _ended(self, status: Status, failure: Failure) -> DeliveryResult:
        return DeliveryResult(stage=self._stage.name, status=status, failure=failure)
