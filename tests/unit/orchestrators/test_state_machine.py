"""Whatever people do, in whatever order, and whatever goes wrong meanwhile: the invariants hold.

PROMOTION_EXAMPLES=2000 makes the search longer; PROMOTION_STEPS the stories, 30 unless stated.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from unit.orchestrators.invariants import Invariants
from unit.orchestrators.world import QUALITIES, World

DELAYS = st.lists(st.sampled_from([0, 0.25, 3, 40]), max_size=7)
SPANS = st.sampled_from([0, 1, 20, 90, 400, 1500, 7200, 40000])
"""Seconds."""
FAULTS = ("twice", "refused", "down", "down for long", "done, then down for long")
ACTIVITIES = (
    *("notify_webhook", "write_back"),
    *("ensure_endpoint", "create_deployment", "look_at_deployment", "smoke_test", "verify"),
    *("shift_traffic", "mirror_traffic", "undo", "retire_deployment", "look_at_scene"),
    *("copy_to_registry", "register_model", "mark_hold", "record_rollback", "gather_evidence"),
)
PLACES = (("taxi", "prod"), ("taxi", "prod"), ("taxi", "qa"), ("taxi", "shelf"), (None, None))
ENDPOINTS = (("taxi", "prod"), ("taxi", "prod"), ("bus", "prod"), ("taxi", "qa"))


class Machine(RuleBasedStateMachine):
    """A team, its operators, and bad luck."""

    @initialize(delays=DELAYS, served=st.integers(0, 2))
    def begin(self, delays, served):
        self.world = World(delays, replays=bool(os.environ.get("PROMOTION_REPLAYS")))
        self.always = Invariants(self.world, max(delays, default=0))
        for version in range(1, served + 1):
            id = self.world.register("taxi", version).id
            self.world.pass_time(hours=2)
            self.world.decide(id, "approve")
            self.world.pass_time(hours=2)

    promotions = Bundle("promotions")

    @rule(
        target=promotions,
        model=st.sampled_from(["taxi", "bus"]),
        version=st.integers(1, 5),
        quality=st.sampled_from(["good", "good", "good", *QUALITIES]),
    )
    def register(self, model, version, quality):
        return self.world.register(model, version, quality).id

    @rule(
        promotion=promotions,
        decision=st.sampled_from(["approve", "approve", "approve", "reject"]),
        who=st.sampled_from(["bob@x.com", "bob@x.com", "ada@x.com"]),
    )
    def decide(self, promotion, decision, who):
        self.world.decide(promotion, decision, who)

    @rule(promotion=promotions)
    def cancel(self, promotion):
        self.world.cancel(promotion)

    @rule(place=st.sampled_from(PLACES))
    def hold(self, place):
        self.world.operate("hold", *place)

    @rule(place=st.sampled_from(PLACES))
    def resume(self, place):
        self.world.operate("resume", *place)

    @rule(
        place=st.sampled_from(ENDPOINTS),
        version=st.sampled_from([None, None, None, 1, 2, 3]),
    )
    def roll_back(self, place, version):
        self.world.operate("roll_back", *place, version)

    @rule(activity=st.sampled_from(ACTIVITIES), how=st.sampled_from(FAULTS))
    def fail(self, activity, how):
        self.world.fail(activity, how)

    @rule(seconds=SPANS)
    def pass_time(self, seconds):
        self.world.pass_time(seconds=seconds)

    @rule(times=st.integers(1, 12))
    def go_on(self, times):
        """So many things happen."""
        for _ in range(times):
            self.world.engine.step()

    @rule(status=st.sampled_from(["verifying", "shifting", "rolling_back", "waiting"]))
    def until_some_delivery_is(self, status):
        """Something happens to it just then."""
        self._until("deliver", status)

    @rule(promotion=promotions)
    def approve_when_it_waits(self, promotion):
        """What most stories need before they get interesting."""
        if self._until("stage", "waiting"):
            self.world.decide(promotion, "approve")

    def _until(self, name, status):
        engine = self.world.engine
        for _ in range(300):
            found = (one for one in engine.running if one.name == name and one.history)
            if any(one.status["status"] == status for one in found):
                return True
            if not engine.step():
                break
        return False

    @invariant()
    def all_is_well(self):
        if hasattr(self, "always"):
            self.always.check()

    def teardown(self):
        if hasattr(self, "always"):
            self.always.settle()


Machine.TestCase.settings = settings(
    max_examples=int(os.environ.get("PROMOTION_EXAMPLES", "60")),
    stateful_step_count=int(os.environ.get("PROMOTION_STEPS", "30")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)
TestStateMachine = Machine.TestCase
