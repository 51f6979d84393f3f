"""What must always be true, whatever people do and whatever goes wrong, and what in the end."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from unit.orchestrators.azure import Change, Deployment, Endpoint
from unit.orchestrators.engine import Instance, Observer
from unit.orchestrators.world import World

from promotion.core import marks
from promotion.core.holding import EVERYTHING
from promotion.core.notices.occasion import of_end
from promotion.core.status import ALLOWED, Status, step
from promotion.core.steps.online import RetireOrder, TrafficOrder
from promotion.core.steps.orchestrations import DeliveryOrder, RetirementOrder
from promotion.core.ways.online import OnlinePlan

ENDS = {status for status in Status if not ALLOWED[status]}
OPERATIONS = ("hold", "resume", "roll_back")
_UNDONE = "Taking it back failed too"
_TOLD = 4
"""Messages until whoever delivers has heard of a hold: the answer of the guard, the event to the
stage, the stage's to its delivery; and one to spare."""


class Invariants(Observer):
    """Watches a world; everything that is wrong is an AssertionError."""

    def __init__(self, world: World, longest_delay: float = 0) -> None:
        self._world = world
        self._azure = world.azure
        self._engine = world.engine
        self._told = timedelta(seconds=_TOLD * longest_delay + 1)
        self._held: dict[str, datetime] = {}
        """Since when a guard is held."""
        self._before: dict[str, tuple[dict[str, int], set[str]]] = {}
        """Weights and deployments when a delivery got its turn."""
        self._served: set[str] = set()
        """Endpoints at which a delivery has succeeded."""
        self._azure.watch = self._changes
        self._engine.observer = self

    # -- while it happens

    def operated(self, entity: str, operation: str) -> None:
        if entity.startswith("@guard@"):
            name, state = entity.removeprefix("@guard@"), self._engine.states[entity].state
            if not state.get("hold"):
                self._held.pop(name, None)
            else:
                self._held.setdefault(name, self._engine.now)

    def granted(self, entity: str, instance: Instance) -> None:
        if instance.name == "deliver" and (stage := _online(instance)):
            endpoint = self._azure.find(stage.target)
            if endpoint is not None:
                self._before[instance.id] = dict(endpoint.traffic), set(endpoint.deployments)

    def ended(self, instance: Instance) -> None:
        assert instance.error is None, f"{instance.id} broke: {instance.error!r}"
        if instance.name in ("promote", "stage", "deliver"):
            for earlier, later in pairwise(instance.context.shown):
                step(Status(earlier["status"]), Status(later["status"]))
            assert instance.output["status"] in ENDS
            assert instance.status["status"] == instance.output["status"]
        if instance.name == "deliver" and (stage := _online(instance)):
            self._delivered(instance, stage)

    def _delivered(self, instance: Instance, stage: OnlinePlan) -> None:
        """All of it, or nothing."""
        endpoint, name = self._azure.find(stage.target), stage.target.deployment
        if instance.output["status"] == "succeeded":
            assert endpoint is not None
            assert endpoint.traffic == {name: 100}, f"{instance.id} left {endpoint.traffic}"
            assert name not in endpoint.mirror
            self._served.add(endpoint.name)
            return
        said = (instance.output.get("failure") or {}).get("reason", "")
        if endpoint is None or _UNDONE in said:
            return
        before, there = self._before.get(instance.id, ({}, set()))
        assert endpoint.traffic == before, f"{instance.id} left {endpoint.traffic}, not {before}"
        assert name not in endpoint.mirror, f"{instance.id} still mirrors"
        left = {
            one.name
            for one in endpoint.deployments.values()
            if one.tags[marks.PROMOTION] == _promotion(instance) and one.name not in there
        }
        assert not left or stage.on_failure == "keep", f"{instance.id} left {left}"

    def _changes(self, change: Change) -> None:
        if change.what != "tag":
            self._has_its_turn(change)
        match change.what:
            case "traffic":
                self._weights(change.wanted, change.endpoint)
                self._traffic_moves(change)
            case "mirror":
                for name in change.wanted:
                    assert change.endpoint.deployments[name].passed, f"{name} was not asked yet"
            case "deployment":
                self._may_begin(change)
            case "removal":
                self._may_go(change)

    def _has_its_turn(self, change: Change) -> None:
        """At most one delivery, or retirement, changes an endpoint at a time."""
        instance = self._engine.instances[change.instance]
        plan = _online(instance)
        assert plan is not None
        holder = self._engine.states[f"@turn@{plan.lock}"].holder
        assert holder == instance.id, f"{instance.id} changes what {holder} has locked"

    def _weights(self, traffic: dict[str, int], endpoint: Endpoint) -> None:
        assert all(share > 0 for share in traffic.values())
        total = sum(traffic.values())
        first = total == 0 and endpoint.name not in self._served
        assert total == 100 or first, f"{endpoint.name} has {traffic}"
        for name in traffic:
            one = endpoint.deployments.get(name)
            assert one is not None, f"{name} has traffic and does not stand"
            assert one.state == "succeeded", f"{name} has traffic and is {one.state}"

    def _traffic_moves(self, change: Change) -> None:
        order = change.order
        if not isinstance(order, TrafficOrder):
            return  # taken back
        new = change.endpoint.deployments[order.target.deployment]
        assert new.asset_id == order.context.model.in_registry("the-registry")
        by_hand = self._is_by_hand(change)
        # What could not be taken back may stand without ever having been asked.
        if not by_hand or new.name not in set(self._excused()):
            assert new.passed or new.served, f"{new.name} gets traffic and was never asked"
        if by_hand:
            return
        for name in change.endpoint.traffic:
            live = change.endpoint.deployments[name]
            newer = live.model.name == new.model.name and new.model.is_older_than(
                live.model.version
            )
            assert not newer, f"{new.model} replaces {live.model}"
        assert not self._is_held(change, order.started_at), f"{change.instance} is held"

    def _may_begin(self, change: Change) -> None:
        instance = self._engine.instances[change.instance]
        begun = instance.history[0].at
        assert not self._is_held(change, begun) or self._is_by_hand(change), (
            f"{change.instance} began at a held place"
        )
        self._is_approved(instance)

    def _is_approved(self, delivery: Instance) -> None:
        order = DeliveryOrder.model_validate(delivery.input)
        if order.context.route == "taxi" and order.context.stage == "prod" and not order.force:
            known = self._azure.records.values()
            about = [one for one in known if one.promotion == order.context.promotion_id]
            approved = [one.details["by"] for one in about if one.name == "approved"]
            assert approved == ["bob@x.com"], f"{delivery.id} is approved by {approved}"

    def _may_go(self, change: Change) -> None:
        one = change.endpoint.deployments[change.name]
        assert not change.endpoint.traffic.get(one.name), f"{one.name} has traffic and is removed"
        assert not change.endpoint.mirror.get(one.name), f"{one.name} is mirrored to and removed"
        if isinstance(change.order, RetireOrder):
            instance = self._engine.instances[change.instance]
            kept = RetirementOrder.model_validate(instance.input).stage.keep_previous
            idle = self._engine.now - (one.idle_since or self._engine.now)
            assert idle >= kept, f"{one.name} goes after {idle}, it is to be kept {kept}"

    def _is_by_hand(self, change: Change) -> bool:
        return change.instance.startswith("roll_back")

    def _is_held(self, change: Change, since: datetime) -> bool:
        """Whether it was held already, and everybody had heard of it, when that began."""
        stage = _online(self._engine.instances[change.instance])
        assert stage is not None
        holds = [self._held[name] for name in (stage.lock, EVERYTHING) if name in self._held]
        return any(at + self._told < since.replace(tzinfo=None) for at in holds)

    # -- after each rule

    def check(self) -> None:
        """What is true at any moment."""
        for endpoint in self._azure.standing():
            self._weights(endpoint.traffic, endpoint)
            previous = endpoint.tags.get(marks.PREVIOUS)
            if not self._busy(endpoint):
                assert endpoint.traffic.get(previous or "") != 100, f"{previous} serves now"

    def _busy(self, endpoint: Endpoint) -> bool:
        return endpoint.until > self._engine.now

    # -- in the end

    def settle(self) -> None:
        """Everybody goes home: all is let go, decided, and waited for; then nothing is left."""
        self._world.mend()
        self._world.pass_time(days=1)
        self._operators_are_served()
        for route, stage in ((None, None), ("taxi", "qa"), ("taxi", "prod"), ("taxi", "shelf")):
            self._world.operate("resume", route, stage)
        for _ in range(6):
            self._world.pass_time(days=1)
            for promotion in self._world.promotions:
                self._world.decide(promotion, "approve")
        self.check()
        self._nothing_is_stuck()
        self._everything_has_ended_once()
        self._everybody_was_told_once()
        self._nothing_is_left_over()
        self._engine.replay()

    def _operators_are_served(self) -> None:
        """Nobody has to let anything go first."""
        stuck = [one.id for one in self._engine.running if one.name in OPERATIONS]
        assert not stuck, f"stuck while something is held: {stuck}"

    def _nothing_is_stuck(self) -> None:
        stuck = [f"{one.id}: {one.status}" for one in self._engine.running]
        assert not stuck, f"stuck: {stuck}"
        for name, entity in self._engine.states.items():
            assert entity.holder is None, f"{entity.holder} still holds {name}"
            assert not entity.todo
            for field in ("present", "delivering", "waiting", "hold"):
                assert not (entity.state or {}).get(field), f"{name} still has {entity.state}"

    def _everything_has_ended_once(self) -> None:
        for id in self._world.promotions:
            output = self._world.output(id)
            found = [
                (one.stage, one.name)
                for one in self._azure.records.values()
                if one.promotion == id
                and one.name in ENDS
                and one.details.get("code") != "RolledBackByHand"
            ]
            failed = [one for one in output.get("stages", []) if one["status"] != "succeeded"]
            wanted = [(one["stage"], one["status"]) for one in failed] or [(None, output["status"])]
            assert sorted(found, key=str) == sorted(wanted, key=str), f"{id}: {found}"

    def _everybody_was_told_once(self) -> None:
        """Of each end: whoever wants to know has a notice, or there is a record that says why not.

        The policy's people want to know of the usual ends, its other service of the rest; each
        end is written back.
        """
        for id, promotion in self._world.promotions.items():
            occasion = of_end(Status(self._world.output(id)["status"]))
            wanted = len(promotion.plan.audience.of(occasion).webhooks)
            ends = f"{id}-end--notice-{occasion.replace('_', '-')}"
            told = [one for one in self._engine.instances.values() if one.id == ends]
            assert len(told) == 1, f"{id} ended as {occasion}: {[one.id for one in told]}"
            output = told[0].output
            assert output["told"] + output["given_up"] == wanted + 1, f"{ends}: {output}"

    def _nothing_is_left_over(self) -> None:
        excused = set(self._excused())
        for endpoint in self._azure.standing():
            idle = {name for name in endpoint.deployments if not endpoint.traffic.get(name)}
            assert idle <= excused, f"{endpoint.name} still has {idle - excused}"

    def _excused(self) -> Iterator[str]:
        """Deployments that are kept on purpose, or that could not be removed."""
        for record in self._azure.records.values():
            if record.name == "retirement_failed":
                yield record.details["deployment"]
        for instance in self._engine.instances.values():
            if instance.name != "deliver" or not instance.ended:
                continue
            stage, output = _online(instance), instance.output
            if stage is None or output["status"] == "succeeded":
                continue
            if _UNDONE in str(output.get("failure")):
                yield from {stage.target.deployment, *self._before.get(instance.id, ({}, ()))[1]}
            elif stage.on_failure == "keep":
                yield stage.target.deployment


def _promotion(instance: Instance) -> str:
    return str(instance.input["context"]["promotion_id"])


def _online(instance: Instance) -> OnlinePlan | None:
    plan: Any = (
        RetirementOrder.model_validate(instance.input).stage
        if instance.name == "retire"
        else DeliveryOrder.model_validate(instance.input).stage
    )
    return plan if isinstance(plan, OnlinePlan) else None


__all__ = ["Deployment", "Invariants"]
