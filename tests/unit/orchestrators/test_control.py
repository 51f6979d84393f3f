"""What people say to a delivery under way: hold, resume, take back, cancel."""

import pytest
from unit.builders import POLICY, a_promotion
from unit.orchestrators.durable import Event, FakeContext
from unit.orchestrators.test_online_delivery import BUSY, LIVE, rolled_out

from promotion.core.status import Status
from promotion.core.timing import Timing
from promotion.orchestrators.work import Work

CANARY = POLICY + "          canary: {steps: [25], every: 10m}\n"
A_QUARTER = {"taxi-model-6": 75, "taxi-model-7": 25}
SHIFTED = [{"traffic": A_QUARTER}, {"traffic": {"taxi-model-7": 100}}]
SAID = {"by": "ada", "reason": "complaints"}
MINUTE = 60.0


def canary(*events: Event, **answers):
    """A rollout with a step of ten minutes, to which these things are said."""
    return rolled_out(CANARY, events=events, **{"shift_traffic": list(SHIFTED)} | answers)


def held(minute: float, where: str = "here") -> Event:
    return Event(minute * MINUTE, "hold", {"where": where, **SAID})


def resumed(minute: float, where: str = "here") -> Event:
    return Event(minute * MINUTE, "resume", {"where": where})


def lasted(ctx: FakeContext) -> float:
    """Minutes."""
    return (ctx.now - ctx.started).total_seconds() / MINUTE


@pytest.mark.parametrize(
    ("event", "status", "reason"),
    [
        ("cancel", Status.CANCELLED, "Cancelled by ada: complaints"),
        ("take_back", Status.ROLLED_BACK, "Taken back by ada: complaints"),
    ],
)
def test_who_stops_a_canary_gets_the_traffic_back(event, status, reason):
    ctx, output = canary(Event(5 * MINUTE, event, SAID))
    assert (output["status"], output["failure"]["reason"]) == (status, reason)
    (undo,) = ctx.called("undo")
    assert (undo["restore"], undo["shifted"]) == (LIVE, True)
    assert ctx.statuses[-2:] == ["rolling_back", status]
    assert lasted(ctx) == 5  # at once


def test_a_stop_while_azure_still_makes_the_deployment_does_not_wait_for_it():
    ctx, output = canary(Event(MINUTE, "cancel", SAID), look_at_deployment=BUSY)
    assert output["status"] == "cancelled"
    assert ctx.called("shift_traffic") == []
    assert len(ctx.called("undo")) == 1


def test_a_stop_while_a_step_is_tried_again_and_again_does_not_wait_for_it():
    trouble = RuntimeError("no answer")
    ctx, output = canary(Event(MINUTE, "cancel", SAID), smoke_test=lambda _: trouble)
    assert (output["status"], lasted(ctx)) == ("cancelled", 1)


def test_a_stop_before_anything_was_changed_takes_nothing_back():
    ctx, output = canary(Event(MINUTE, "take_back", SAID), ensure_endpoint={"settled": False})
    assert output["status"] == "rolled_back"
    assert ctx.called("undo") == []


def test_a_second_stop_does_not_disturb_the_taking_back():
    undone = [{"settled": False}, {"settled": False}, {}]
    again = Event(5 * MINUTE + 5, "cancel", SAID)
    ctx, output = canary(Event(5 * MINUTE, "take_back", SAID), again, undo=undone)
    assert output["status"] == "rolled_back"
    assert len(ctx.called("undo")) == 3


def test_what_cannot_be_taken_back_is_failed_whoever_wanted_it():
    refused = {"failed": {"reason": "No right."}}
    _, output = canary(Event(5 * MINUTE, "cancel", SAID), undo=refused)
    assert output["status"] == "failed"
    assert output["failure"]["reason"].startswith("Cancelled by ada: complaints Taking it back")


def test_a_held_canary_parks_at_its_weights_and_goes_on_when_it_may():
    ctx, output = canary(held(5), resumed(60))
    assert output["status"] == "succeeded"
    assert ctx.recorded() == ["waiting"]
    (told,) = ctx.called("record")
    assert told["details"] == {"waiting_for": "hold", "reason": "Held by ada: complaints"}
    assert lasted(ctx) >= 60
    at = ctx.statuses.index("waiting", 1)
    assert ctx.statuses[at - 1 : at + 2] == ["verifying", "waiting", "verifying"]


def test_a_parked_delivery_asks_for_nothing():
    ctx, _ = canary(held(5), resumed(60))
    before = canary()[0]
    assert ctx.names() == before.names()


def test_a_parked_delivery_is_still_taken_back_at_once():
    ctx, output = canary(held(5), Event(30 * MINUTE, "take_back", SAID))
    assert output["status"] == "rolled_back"
    assert len(ctx.called("shift_traffic")) == 1


def test_two_holds_are_both_waited_for():
    ctx, output = canary(held(5), held(6, "everything"), resumed(20), resumed(60, "everything"))
    assert output["status"] == "succeeded"
    assert ctx.recorded().count("waiting") == 1  # the same reason is told once
    assert lasted(ctx) >= 60


def test_the_time_for_which_people_keep_it_waiting_is_not_what_takes_too_long():
    _, output = canary(
        held(5),
        resumed(60 * 24),
        shift_traffic=[SHIFTED[0], *[{"settled": False}] * 3, SHIFTED[1]],
    )
    assert output["status"] == "succeeded"


def test_a_hold_that_ends_before_the_step_does_costs_nothing():
    ctx, _ = canary(held(2), resumed(3))
    assert ctx.recorded() == []


def test_a_stop_that_comes_while_others_have_the_endpoint_counts_when_its_turn_comes():
    ctx, output = canary(Event(MINUTE, "cancel", SAID), lock_seconds=5 * MINUTE)
    assert output["status"] == "cancelled"
    assert ctx.names() == ["lock"]


def test_a_long_reason_is_cut_in_the_status():
    ctx = FakeContext({})
    Work(ctx, a_promotion().context, Timing(), Status.WAITING).wait_for("hold", reason="x" * 20_000)
    assert len(ctx.shown["reason"]) == 1_001


def test_the_same_hold_again_is_another_fact():
    steps = CANARY.replace("[25]", "[25, 50]")
    events = (held(5), resumed(20), held(25), resumed(60))
    ctx, _ = rolled_out(steps, events=events, shift_traffic={})
    waits = [given for given in ctx.called("record") if given["name"] == "waiting"]
    assert len({str(given) for given in waits}) == 2
