"""Azure in miniature: online endpoints that answer the activities' orders as the real ones do.

Nothing here is clever: it keeps weights, tags and states, takes its time, and knows what Azure
refuses. ``promotion/activities`` and ``promotion/azureml`` say what each answer means.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from unit.builders import DEV, some_metrics
from unit.orchestrators.engine import Trouble

from promotion.core import marks
from promotion.core.candidate import Candidate
from promotion.core.checks import Finding
from promotion.core.context import Context
from promotion.core.errors import Failure, Terminal
from promotion.core.gates import judge
from promotion.core.going_back import Scene, Standing
from promotion.core.operating import operation, rollback
from promotion.core.policy.document import PolicyDocument
from promotion.core.references import ModelVersion
from promotion.core.steps import copying, judging, notices, online, operations, record, register
from promotion.core.steps.base import FAILED, Receipt, Task
from promotion.core.steps.verification import (
    MirrorOrder,
    MirrorReceipt,
    SmokeTestOrder,
    SmokeTestReceipt,
    VerifyOrder,
    VerifyReceipt,
)
from promotion.core.timing import Timing
from promotion.core.verdict import Outcome
from promotion.core.ways.base import Target

type Weights = dict[str, int]

SPANS = {"endpoint": 60, "deployment": 200, "update": 20, "deletion": 30, "copy": 60}
"""Seconds that Azure takes."""
_MARKS = (marks.PREVIOUS, marks.PREVIOUS_VERSION)


@dataclass
class Deployment:
    """A deployment that stands, or is being made or removed."""

    name: str
    asset_id: str
    tags: dict[str, str]
    state: str
    until: datetime
    since: datetime
    well: bool
    """Whether Azure can make it."""
    passed: bool = False
    """Whether it has passed its smoke test before it had any traffic."""
    served: bool = False
    """Whether it has ever had traffic."""
    idle_since: datetime | None = None
    """Since when it has none, if it had; what is taken back does not count."""
    idle_before: datetime | None = None
    """The same, before it got the traffic that it has."""

    @property
    def model(self) -> ModelVersion:
        return ModelVersion(name=self.tags[marks.MODEL], version=self.tags[marks.VERSION])


@dataclass
class Endpoint:
    """An online endpoint."""

    name: str
    until: datetime
    traffic: Weights = field(default_factory=dict)
    mirror: Weights = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """Something that is changed at an endpoint."""

    what: str
    """endpoint, deployment, traffic, mirror, tag or removal."""
    activity: str
    instance: str
    """Who asked for it."""
    order: Task
    endpoint: Endpoint
    """Before the change."""
    name: str = ""
    """The deployment, where it is about one."""
    wanted: Weights = field(default_factory=dict)
    """Its traffic after the change."""


@dataclass(frozen=True)
class Record:
    """A row of the audit trail."""

    name: str
    at: datetime
    promotion: str
    stage: str | None
    key: str
    details: dict[str, Any]
    failure: Failure | None


def _orders(kind: type[Task]) -> Iterator[tuple[str, type[Task]]]:
    for one in kind.__subclasses__():
        if "activity" in vars(one):
            yield one.activity, one
        yield from _orders(one)


@dataclass
class Azure:
    """The workspaces, the registry and the audit trail."""

    document: PolicyDocument
    clock: Callable[[], datetime]
    timing: Timing = field(default_factory=Timing)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    """By workspace and name."""
    copies: dict[str, datetime] = field(default_factory=dict)
    """When the registry has what, by asset id."""
    qualities: dict[str, str] = field(default_factory=dict)
    """What is wrong with a version, by its text; see ``World.register``."""
    records: dict[tuple[str, ...], Record] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By activity, what happens at its next calls: refused, down, or done and then down."""
    watch: Callable[[Change], None] = lambda change: None
    asked: tuple[str, str] = ("", "")
    """The activity under way, and who asked for it."""

    def __post_init__(self) -> None:
        self._orders = dict(_orders(Task))

    def carry_out(self, name: str, order: Any, instance: str) -> Any:
        """The reply of an activity."""
        self.asked = name, instance
        fault = self.faults[name].pop(0) if self.faults[name] else ""
        if fault == "refused":
            return {FAILED: {"reason": f"{name} is not allowed.", "code": "Injected"}}
        if fault == "down":
            raise Trouble(json.dumps({"reason": f"{name}: no answer."}))
        try:
            receipt: Receipt = getattr(self, f"_{name}")(self._orders[name].model_validate(order))
        except Terminal as error:
            return {FAILED: error.failure.to_json()}
        if fault == "done, then down":
            raise Trouble(json.dumps({"reason": f"{name}: no answer."}))
        return receipt.to_json()

    @property
    def now(self) -> datetime:
        return self.clock()

    def _in(self, what: str) -> datetime:
        return self.now + timedelta(seconds=SPANS[what])

    # -- what stands

    def find(self, target: Target) -> Endpoint | None:
        """The endpoint as it is now."""
        endpoint = self.endpoints.get(f"{target.workspace.name}/{target.endpoint}")
        if endpoint is not None:
            self._catch_up(endpoint)
        return endpoint

    def standing(self) -> Iterable[Endpoint]:
        """Every endpoint as it is now."""
        for endpoint in self.endpoints.values():
            self._catch_up(endpoint)
            yield endpoint

    def _catch_up(self, endpoint: Endpoint) -> None:
        for name, one in list(endpoint.deployments.items()):
            if one.until > self.now:
                continue
            if one.state == "deleting":
                del endpoint.deployments[name]
            elif one.state == "creating":
                one.state = "succeeded" if one.well else "failed"

    def _busy(self, endpoint: Endpoint) -> bool:
        return endpoint.until > self.now

    def _change(self, what: str, order: Task, endpoint: Endpoint, **more: Any) -> None:
        self.watch(Change(what, *self.asked, order, endpoint, **more))

    # -- before the stages

    def _gather_evidence(self, order: judging.EvidenceOrder) -> judging.EvidenceReceipt:
        model = order.context.model
        quality = self.qualities[str(model)]
        since = self.now - datetime.fromisoformat(self.qualities[f"{model} since"])
        known = quality != "late" or since > timedelta(hours=1)
        rmse = {"rmse": 9.0 if quality == "refused" else 2.0} if known else {}
        candidate = Candidate(
            source=DEV,
            model=model,
            as_of=self.now.replace(tzinfo=UTC),
            registered_by="ada@x.com",
            metrics=some_metrics(**rmse),
        )
        return judging.EvidenceReceipt(candidate=candidate)

    def _evaluate_gates(self, order: judging.JudgementOrder) -> judging.JudgementReceipt:
        answers = judge(order.candidate, order.gates)
        return judging.JudgementReceipt(judgement=answers, candidate=order.candidate)

    def _copy_to_registry(self, order: copying.CopyOrder) -> copying.CopyReceipt:
        asset_id = order.context.model.in_registry(order.registry)
        there = self.copies.setdefault(asset_id, self._in("copy"))
        if there > self.now:
            return copying.CopyReceipt(settled=False, operation="import-1")
        self.emit("copied", order.context)
        return copying.CopyReceipt(asset_id=asset_id)

    def _register_model(self, order: register.RegisterOrder) -> register.RegisterReceipt:
        assert order.asset_id in self.copies
        self.emit("registered", order.context)
        return register.RegisterReceipt(model_id=order.asset_id, how="reference")

    # -- a rollout

    def _ensure_endpoint(self, order: online.EndpointOrder) -> online.EndpointReceipt:
        target = order.target
        endpoint = self.find(target)
        if endpoint is None:
            key = f"{target.workspace.name}/{target.endpoint}"
            endpoint = self.endpoints[key] = Endpoint(key, self._in("endpoint"))
            self._change("endpoint", order, endpoint)
        if self._busy(endpoint):
            return online.EndpointReceipt(settled=False)
        name = order.context.model.name
        there = {one: endpoint.deployments[one].model for one in endpoint.traffic}
        return online.EndpointReceipt(
            traffic=endpoint.traffic,
            serving={one: model.version for one, model in there.items() if model.name == name},
            marks={name: endpoint.tags[name] for name in _MARKS if name in endpoint.tags},
        )

    def _create_deployment(self, order: online.DeployOrder) -> Receipt:
        context, name, endpoint = order.context, order.target.deployment, self.find(order.target)
        assert endpoint is not None, "Azure has no such endpoint"
        existing = endpoint.deployments.get(name)
        if order.asset_id not in self.copies:
            raise Terminal(f"There is no model {order.asset_id}.", code="ModelNotFound")
        if existing is None or self._is_to_be_made_anew(order, endpoint, existing):
            self._change("deployment", order, endpoint, name=name)
            endpoint.deployments[name] = Deployment(
                name=name,
                asset_id=order.asset_id,
                tags={
                    marks.PROMOTION: context.promotion_id,
                    marks.MODEL: context.model.name,
                    marks.VERSION: context.model.version,
                },
                state="creating",
                until=self._in("deployment"),
                since=self.now,
                well=self.qualities[str(context.model)] != "undeployable",
            )
        self.emit("deploying", context)
        return Receipt()

    @staticmethod
    def _is_to_be_made_anew(
        order: online.DeployOrder, endpoint: Endpoint, existing: Deployment
    ) -> bool:
        if existing.asset_id != order.asset_id:
            raise Terminal("It has another model.", code="DeploymentTaken")
        if existing.state == "deleting":
            raise Trouble(json.dumps({"reason": "It is still being deleted.", "code": "Deleting"}))
        ours = existing.tags[marks.PROMOTION] == order.context.promotion_id
        if existing.state != "failed" or ours:
            return False
        return not endpoint.traffic.get(existing.name)

    def _look_at_deployment(self, order: online.LookOrder) -> online.LookReceipt:
        endpoint = self.find(order.target)
        one = endpoint and endpoint.deployments.get(order.target.deployment)
        if one is None:
            gone = Failure(reason="It is gone; somebody deleted it.", code="DeploymentGone")
            return online.LookReceipt(state="gone", failure=gone)
        if one.state == "failed":
            failure = Failure(reason=f"{one.name} failed.", code="BadModel")
            return online.LookReceipt(state=one.state, failure=failure)
        if one.state == "succeeded":
            self.emit("deployed", order.context)
        return online.LookReceipt(settled=one.state == "succeeded", state=one.state)

    def _smoke_test(self, order: SmokeTestOrder) -> SmokeTestReceipt:
        one = self._deployment(order.target)
        assert one.state == "succeeded", f"{one.name} cannot be asked: it is {one.state}"
        wrong = self._is_wrong(one, order.share)
        failure = Failure(reason=f"{one.name} answers badly.", code="Smoke") if wrong else None
        one.passed = not wrong if not order.share and not order.mirrored else one.passed
        key = f"{order.share}/{order.mirrored}/{order.number}"
        outcome = "failed" if failure else "passed"
        self.emit("smoke_tested", order.context, key=key, failure=failure, outcome=outcome)
        return SmokeTestReceipt(latency_ms=1.0, failure=failure)

    def _verify(self, order: VerifyOrder) -> VerifyReceipt:
        one = self._deployment(order.target)
        young = self.now < one.since + timedelta(minutes=20)
        unclear = self.qualities[str(one.model)] == "unclear" and young
        wrong = self._is_wrong(one, order.moment.share)
        outcome = Outcome.FAILED if wrong else Outcome.PASSED
        finding = Finding(
            check="errors",
            kind="expression",
            outcome=Outcome.INCONCLUSIVE if unclear else outcome,
            reason="It is as it is.",
        )
        return VerifyReceipt(findings=(finding,) * len(order.checks))

    def _is_wrong(self, one: Deployment, share: int) -> bool:
        quality = self.qualities[str(one.model)]
        return quality == "wrong" or (quality == "wrong later" and share > 10)

    def _deployment(self, target: Target) -> Deployment:
        endpoint = self.find(target)
        assert endpoint is not None
        assert target.deployment in endpoint.deployments, f"{target.deployment} does not stand"
        return endpoint.deployments[target.deployment]

    def _mirror_traffic(self, order: MirrorOrder) -> MirrorReceipt:
        name, endpoint = order.target.deployment, self.find(order.target)
        assert endpoint is not None
        if self._busy(endpoint):
            return MirrorReceipt(settled=False, written=True)
        if endpoint.mirror == _percent(name, order.wanted):
            self.emit("traffic_mirrored", order.context, key=str(order.wanted))
            return MirrorReceipt(written=order.written)
        if endpoint.mirror != _percent(name, order.expected):
            raise Terminal("Somebody else changed what it mirrors.", code="MirrorChanged")
        self._write_mirror(order, endpoint, _percent(name, order.wanted))
        return MirrorReceipt(settled=False, written=True)

    def _shift_traffic(self, order: online.TrafficOrder) -> online.TrafficReceipt:
        endpoint = self.find(order.target)
        assert endpoint is not None
        if self._busy(endpoint):
            return online.TrafficReceipt(settled=False, written=True)
        if endpoint.traffic == order.wanted:
            self.emit("traffic_shifted", order.context, key=str(sorted(order.wanted.items())))
            return online.TrafficReceipt(traffic=endpoint.traffic)
        self._write(order, endpoint, order.expected, order.wanted, order.marks)
        return online.TrafficReceipt(settled=False, written=True)

    def _write(
        self,
        order: Task,
        endpoint: Endpoint,
        expected: Weights,
        wanted: Weights,
        tags: dict[str, str] | None,
    ) -> None:
        if endpoint.traffic != expected:
            raise Terminal("Somebody else changed the traffic.", code="TrafficChanged")
        self._change("traffic", order, endpoint, wanted=wanted)
        for name, one in endpoint.deployments.items():
            if wanted.get(name):
                one.idle_before = one.idle_before if endpoint.traffic.get(name) else one.idle_since
                one.served, one.idle_since = True, None
            elif endpoint.traffic.get(name):
                one.idle_since = one.idle_before if self.asked[0] == "undo" else self.now
        endpoint.traffic, endpoint.until = dict(wanted), self._in("update")
        if tags is not None:
            others = {name: text for name, text in endpoint.tags.items() if name not in _MARKS}
            endpoint.tags = others | tags

    def _write_mirror(self, order: Task, endpoint: Endpoint, wanted: Weights) -> None:
        self._change("mirror", order, endpoint, wanted=wanted)
        endpoint.mirror, endpoint.until = wanted, self._in("update")

    # -- taking away

    def _undo(self, order: online.UndoOrder) -> online.UndoReceipt:
        name, endpoint = order.target.deployment, self.find(order.target)
        if endpoint is None:
            return online.UndoReceipt(told=order.told)
        if self._busy(endpoint):
            return online.UndoReceipt(settled=False, told=order.told)
        if name in endpoint.mirror:
            rest = {one: share for one, share in endpoint.mirror.items() if one != name}
            self._write_mirror(order, endpoint, rest)
            return online.UndoReceipt(settled=False, told=order.told)
        if endpoint.traffic != order.restore and endpoint.traffic.get(name):
            known = endpoint.traffic if endpoint.traffic in order.ours else {name: 100}
            self._write(order, endpoint, known, order.restore, order.marks)
            self.emit("traffic_shifted", order.context, key="undo")
            return online.UndoReceipt(settled=False, told=True)
        if order.keep or name in order.restore:
            return online.UndoReceipt(told=order.told)
        mine = order.context.promotion_id
        gone = self._remove(order, endpoint, name, only_of=mine)
        return online.UndoReceipt(settled=gone, told=order.told)

    def _retire_deployment(self, order: online.RetireOrder) -> online.RetireReceipt:
        endpoint = self.find(order.target)
        if endpoint is None:
            return online.RetireReceipt()
        if share := endpoint.traffic.get(order.previous):
            return online.RetireReceipt(kept=f"{order.previous} has {share} % of the traffic again")
        one = endpoint.deployments.get(order.previous)
        if one is not None and not one.tags.get(marks.PROMOTION):
            return online.RetireReceipt(kept=order.not_ours.reason)
        if not self._remove(order, endpoint, order.previous):
            return online.RetireReceipt(settled=False)
        self.emit("retired", order.context, key=order.previous)
        return online.RetireReceipt()

    def _remove(
        self, order: Task, endpoint: Endpoint, name: str, only_of: str | None = None
    ) -> bool:
        one = endpoint.deployments.get(name)
        if one is None or only_of not in (None, one.tags[marks.PROMOTION]):
            return True
        if one.state in ("succeeded", "failed"):
            self._change("removal", order, endpoint, name=name)
            one.state, one.until = "deleting", self._in("deletion")
        return False

    # -- who is told

    def _notify_webhook(self, order: notices.WebhookOrder) -> notices.TellReceipt:
        self.emit("notice_sent", order.context, key=order.key, occasion=order.notice.occasion)
        return notices.TellReceipt()

    def _write_back(self, order: notices.WriteBackOrder) -> notices.TellReceipt:
        self.emit("written_back", order.context, key=order.key, occasion=order.notice.occasion)
        return notices.TellReceipt()

    # -- operators

    def _look_at_scene(self, order: operations.SceneOrder) -> operations.SceneReceipt:
        endpoint = self.find(order.target)
        if endpoint is None:
            return operations.SceneReceipt(scene=Scene())
        standing = {
            name: Standing(
                asset_id=one.asset_id,
                model=one.model,
                promotion_id=one.tags[marks.PROMOTION],
                ready=one.state == "succeeded",
            )
            for name, one in endpoint.deployments.items()
        }
        known = {name: endpoint.tags[name] for name in _MARKS if name in endpoint.tags}
        scene = Scene(traffic=endpoint.traffic, standing=standing, marks=known)
        return operations.SceneReceipt(scene=scene)

    def _plan_hold(self, order: operations.HoldPlanOrder) -> operations.HoldPlanReceipt:
        planned = operation(self.document, order.request, self.timing)
        return operations.HoldPlanReceipt(operation=planned)

    def _plan_rollback(self, order: operations.RollbackPlanOrder) -> operations.RollbackPlanReceipt:
        planned = rollback(self.document, order.request, order.id, self.timing)
        return operations.RollbackPlanReceipt(rollback=planned)

    def _mark_hold(self, order: operations.MarkOrder) -> Receipt:
        word = "held" if order.held else "resumed"
        self.emit(word, key=f"{order.place.guard} {order.at}")
        resource = order.place.resource or ""
        key = resource.partition("/workspaces/")[2].replace("/onlineEndpoints/", "/")
        endpoint = self.endpoints.get(key)
        value = f"{word} by {order.by} at {order.at}: {order.reason}"
        if endpoint is None or endpoint.tags.get(marks.HOLD) == value:
            return Receipt()
        if self._busy(endpoint):
            raise Trouble(json.dumps({"reason": "Azure is at work on it.", "code": "Conflict"}))
        self._change("tag", order, endpoint)
        endpoint.tags = {**endpoint.tags, marks.HOLD: value}
        endpoint.until = self._in("update")
        return Receipt(settled=False)

    def _record_rollback(self, order: operations.RollbackRecordOrder) -> Receipt:
        gone = order.scene.standing.get(order.scene.serving or "")
        context = Context(
            promotion_id=(gone and gone.promotion_id) or order.rollback.id,
            route=order.rollback.about.name,
            model=(gone and gone.model) or ModelVersion(name="unknown", version="0"),
            source=next(iter(order.rollback.sources)),
            actor=order.rollback.by,
            stage=order.rollback.stage.name,
        )
        self.emit("rolled_back", context, key=order.rollback.id, code="RolledBackByHand")
        return Receipt()

    def _record(self, order: record.RecordOrder) -> Receipt:
        key = json.dumps(order.details, sort_keys=True)
        self.emit(order.name, order.context, key=key, failure=order.failure, **order.details)
        return Receipt()

    def emit(
        self,
        name: str,
        context: Context | None = None,
        *,
        key: str = "",
        failure: Failure | None = None,
        **details: Any,
    ) -> None:
        """Write a fact down; the same fact twice is one."""
        promotion, stage = (context.promotion_id, context.stage) if context else ("", None)
        fact = Record(name, self.now, promotion, stage, key, details, failure)
        self.records.setdefault((promotion, name, stage or "", key), fact)


def _percent(deployment: str, percent: int) -> Weights:
    return {deployment: percent} if percent else {}
