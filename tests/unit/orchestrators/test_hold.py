from unit.builders import NOON, a_document
from unit.orchestrators.durable import FakeContext, run

from promotion.core.operating import operation
from promotion.core.steps.operations import Request
from promotion.core.timing import Timing
from promotion.orchestrators.hold import hold, resume

HELD = {"by": "bob", "reason": "Before.", "since": NOON.isoformat()}


def operated(orchestrator, **before):
    request = Request(by="ada", reason="Complaints.", route="taxi", stage="prod")
    planned = operation(a_document(), request, Timing())
    answers = {"plan_hold": {"operation": planned.to_json()}}
    ctx = FakeContext(answers | {"guard.hold": before, "guard.resume": before})
    return ctx, planned.place.guard, run(orchestrator, ctx, request.to_json())


def test_a_hold_is_told_to_everybody_who_is_there_and_shown_on_the_endpoint():
    ctx, place, output = operated(hold, present=["p-1", "p-2"])
    told = {"where": place, "by": "ada", "reason": "Complaints.", "change": 1}
    assert ctx.sent == [("p-1", "hold", told), ("p-2", "hold", told)]
    assert ctx.names() == ["plan_hold", "guard.hold", "mark_hold"]
    assert ctx.called("mark_hold")[0]["held"] is True
    assert output == {"status": "succeeded"}


def test_who_held_it_before_is_said():
    assert operated(hold, hold=HELD)[2]["before"]["by"] == "bob"


def test_resuming_wakes_everybody_who_waits():
    ctx, place, output = operated(resume, present=["p-1"], hold=HELD)
    assert ctx.sent == [("p-1", "resume", {"where": place, "change": 1})]
    assert ctx.called("mark_hold")[0]["held"] is False
    assert output["before"]["reason"] == "Before."


def test_a_stage_that_the_policy_does_not_have_is_not_held():
    ctx = FakeContext({"plan_hold": {"failed": {"reason": "No such stage."}}})
    output = run(hold, ctx, {"by": "ada", "reason": "r", "route": "x", "stage": "y"})
    assert output == {"status": "failed", "failure": {"reason": "No such stage."}}
    assert ctx.called("guard.hold") == []
