import json

import pytest
from pydantic import ValidationError
from unit.builders import POLICY, a_candidate, a_promotion
from unit.orchestrators.durable import After, Event, FakeContext, run

from promotion.core.errors import Retryable
from promotion.core.gates import judge
from promotion.orchestrators.promote import promote

GOOD = a_candidate(metrics={"rmse": 3.0})
BAD = a_candidate(metrics={"rmse": 9.0})
ASSET = "azureml://registries/the-registry/models/taxi-model/versions/7"


def succeeded(order):
    """What a stage ends with that serves the version since then."""
    since = "2026-03-02T13:00:00Z"
    return {"stage": order["context"]["stage"], "status": "succeeded", "since": since}


def judged(candidate, gates):
    """The reply of the activity that asks the gates."""
    judgement = judge(candidate, gates)
    return {"judgement": judgement.to_json(), "candidate": candidate.to_json()}


def told(candidate=GOOD, policy=POLICY, events=(), **answers):
    """The story for that candidate: the context and the output."""
    promotion = a_promotion(policy)
    ctx = context(promotion, candidate, events, **answers)
    return ctx, run(promote, ctx, promotion.to_json())


def context(promotion, candidate=GOOD, events=(), **answers):
    """Where that story may be told."""
    return FakeContext(
        {
            "gather_evidence": {"candidate": candidate.to_json()},
            "evaluate_gates": judged(candidate, promotion.plan.gates),
            "copy_to_registry": {"asset_id": ASSET},
            "stage": succeeded,
        }
        | answers,
        events=list(events),
    )


def test_a_good_version_goes_through_the_registry_to_its_stage():
    ctx, output = told()
    assert ctx.names() == [
        "gather_evidence",
        "evaluate_gates",
        "copy_to_registry",
        "stage",
    ]
    assert ctx.recorded() == ["requested", "succeeded"]
    assert output["status"] == "succeeded"
    assert output["asset_id"] == ASSET


def test_a_failed_gate_stops_before_the_copy():
    ctx, output = told(BAD)
    assert ctx.names() == ["gather_evidence", "evaluate_gates"]
    assert ctx.recorded() == ["requested", "rejected"]
    assert output["failure"]["reason"] == "rmse is 9; the policy wants at most 5."


def test_the_verdicts_are_kept_with_the_promotion():
    _, output = told(BAD)
    assert output["judgement"]["verdicts"][0]["observed"] == 9.0


def test_a_copy_that_takes_long_is_asked_for_again_with_the_operation_under_way():
    under_way = {"settled": False, "operation": "https://op/1"}
    ctx, _ = told(copy_to_registry=[under_way, under_way, {"asset_id": ASSET}])
    operations = [order.get("operation") for order in ctx.called("copy_to_registry")]
    assert operations == [None, "https://op/1", "https://op/1"]
    assert ctx.pauses == [10.0, 15.0]


def test_a_copy_of_45_minutes_is_waited_for():
    under_way = {"settled": False, "operation": "https://op/1"}
    looks = [under_way] * 20 + [{"asset_id": ASSET}]
    ctx, output = told(copy_to_registry=looks)
    assert sum(ctx.pauses) > 45 * 60
    assert output["status"] == "succeeded"


def test_a_copy_that_never_ends_fails_with_a_reason():
    ctx, output = told(copy_to_registry={"settled": False})
    assert output["status"] == "failed"
    assert "time limit" in output["failure"]["reason"]
    assert "PROMOTION_COPY_LIMIT" in output["failure"]["remedy"]
    assert ctx.recorded() == ["requested", "failed"]


def test_a_model_that_is_gone_fails_with_the_reason_and_the_remedy():
    gone = {"reason": "taxi-model:7 is gone.", "remedy": "Register it again."}
    ctx, output = told(gather_evidence={"failed": gone})
    assert output["failure"] == gone
    assert ctx.called("record")[-1]["failure"] == gone


def test_a_copy_that_somebody_holds_up_ends_with_what_azure_said():
    _, output = told(copy_to_registry={"settled": False, "note": "Asset is being deleted"})
    assert "Asset is being deleted" in output["failure"]["reason"]


def test_code_and_remedy_of_a_retried_failure_are_kept_when_it_is_given_up():
    reply = carry_out_failing(Retryable("Too many requests.", remedy="Wait.", code="429"))
    _, output = told(copy_to_registry=reply)
    assert output["failure"] == {
        "reason": "Too many requests. (tried 10 times)",
        "remedy": "Wait.",
        "code": "429",
    }


def carry_out_failing(error: Retryable) -> Exception:
    """The exception that the host hands to the orchestrator: one line of text."""
    return RuntimeError(json.dumps(error.failure.to_json()))


def test_a_failure_at_a_stage_is_recorded_with_the_stage():
    failed = {"stage": "prod", "status": "failed", "failure": {"reason": "No."}}
    ctx, _ = told(stage=failed)
    assert ctx.called("record")[-1]["context"]["stage"] == "prod"
    assert "stage" not in told(BAD)[0].called("record")[-1]["context"]


def test_a_superseded_version_ends_as_superseded():
    late = {"stage": "prod", "status": "superseded", "failure": {"reason": "Too late."}}
    ctx, output = told(stage=late)
    assert output["status"] == "superseded"
    assert ctx.recorded()[-1] == "superseded"


def test_what_is_planned_is_kept_whole_so_that_new_defaults_do_not_change_it():
    assert told()[0].called("stage")[0]["plan"]["timing"]["retry_attempts"] == 10


def test_a_step_that_failed_every_time_fails_the_promotion_with_its_last_reason():
    _, output = told(copy_to_registry=ConnectionError("the registry does not answer"))
    assert output["status"] == "failed"
    assert "the registry does not answer (tried 10 times)" in output["failure"]["reason"]
    assert output["judgement"]["verdicts"]


def test_a_stage_that_was_rolled_back_ends_the_promotion_as_rolled_back():
    why = {"reason": "The smoke test failed."}
    ctx, output = told(stage={"stage": "prod", "status": "rolled_back", "failure": why})
    assert output["status"] == "rolled_back"
    assert output["failure"] == why
    assert ctx.recorded() == ["requested", "rolled_back"]


def test_a_stage_that_was_terminated_fails_the_promotion_with_a_record():
    ctx, output = told(stage=RuntimeError("terminated"))
    assert "ended without a result: terminated" in output["failure"]["reason"]
    assert ctx.recorded() == ["requested", "failed"]


STAGE = POLICY[POLICY.index("      - name: prod") :]


def with_stages(*names: str, **needs: str) -> str:
    """A policy with these stages; ``needs`` by name."""
    stages = "".join(
        STAGE.replace("name: prod\n", f"name: {name}\n" + f"        needs: [{needs[name]}]\n", 1)
        if name in needs
        else STAGE.replace("name: prod\n", f"name: {name}\n", 1)
        for name in names
    )
    return POLICY.replace(STAGE, stages)


def started(ctx) -> list[str]:
    return [order["context"]["stage"] for order in ctx.called("stage")]


def test_stages_come_one_after_the_other_and_stop_at_the_first_that_fails():
    failed = {"stage": "qa", "status": "failed", "failure": {"reason": "No."}}
    ctx, output = told(policy=with_stages("qa", "prod"), stage=[failed])
    assert started(ctx) == ["qa"]
    assert output["status"] == "failed"
    assert started(told(policy=with_stages("qa", "prod"))[0]) == ["qa", "prod"]


REGIONS = with_stages("qa", "west", "north", west="qa", north="qa")


def taking(**hours: float):
    def stage(order):
        name = order["context"]["stage"]
        return After(hours.get(name, 1) * 3600, succeeded(order))

    return stage


def test_stages_that_need_the_same_one_go_side_by_side():
    ctx, output = told(policy=REGIONS, stage=taking(west=5, north=3))
    assert started(ctx) == ["qa", "west", "north"]
    assert [one["stage"] for one in output["stages"]] == ["qa", "north", "west"]
    assert (ctx.now - ctx.started).total_seconds() == 6 * 3600


def test_a_stage_waits_for_all_that_it_needs():
    text = with_stages("a", "b", "c", b="", c="a, b")
    ctx, _ = told(policy=text, stage=taking(a=1, b=2))
    assert started(ctx) == ["a", "b", "c"]
    assert (ctx.now - ctx.started).total_seconds() == 3 * 3600


def test_a_stage_that_fails_does_not_stop_the_one_beside_it():
    def stage(order):
        name = order["context"]["stage"]
        failed = {"stage": name, "status": "rolled_back", "failure": {"reason": "No."}}
        return failed if name == "west" else taking()(order)

    _, output = told(policy=REGIONS, stage=stage)
    ends = {one["stage"]: one["status"] for one in output["stages"]}
    assert ends == {"qa": "succeeded", "west": "rolled_back", "north": "succeeded"}
    assert output["status"] == "rolled_back"


TOLD = REGIONS.replace(
    "  taxi:\n", "  taxi:\n    notify: [{kind: slack, url_setting: SLACK}]\n    write_back: true\n"
)


def test_nobody_waits_for_other_stages_to_hear_of_one_that_failed():
    def stage(order):
        name = order["context"]["stage"]
        failed = {"stage": name, "status": "rolled_back", "failure": {"reason": "No."}}
        return failed if name == "west" else taking(north=72)(order)

    ctx, _ = told(policy=TOLD, stage=stage)
    assert ctx.recorded() == ["requested", "stage_ended", "rolled_back"]
    early, last = ctx.called("notify")
    assert (early["notice"]["context"]["stage"], early["notice"]["reason"]) == ("west", "No.")
    assert early["notice"]["remedy"] == "north goes on meanwhile."
    assert early["notice"]["id"] != last["notice"]["id"]
    assert (early["audience"]["write_back"], last["audience"]["write_back"]) == (False, True)
    said, repeated = (order for order in ctx.called("record")[1:])
    assert said["details"] == {"outcome": "rolled_back", "going_on": "north"}
    assert repeated["details"] == {"ended_at": early["notice"]["at"].replace("Z", "+00:00")}


def test_a_stage_that_ends_alone_is_told_once():
    failed = {"stage": "prod", "status": "rolled_back", "failure": {"reason": "No."}}
    ctx, _ = told(stage=failed)
    assert ctx.recorded() == ["requested", "rolled_back"]
    assert ctx.called("record")[1].get("details", {}) == {}


def test_a_promotion_that_breaks_is_told_like_one_that_fails():
    promotion = a_promotion()
    ctx = context(promotion, copy_to_registry={"nobody": "knows this"})
    with pytest.raises(ValidationError):
        run(promote, ctx, promotion.to_json())
    assert ctx.recorded() == ["requested", "failed"]
    assert ctx.called("record")[1]["failure"]["code"] == "ServiceBroke"
    assert ctx.statuses[-1] == "failed"


def test_a_stage_is_told_since_when_earlier_ones_serve_and_who_stands_behind_it():
    ada = GOOD.model_copy(update={"registered_by": "ada"})
    ctx, _ = told(ada, policy=with_stages("qa", "prod"))
    order = ctx.called("stage")[1]
    assert order["served"] == {"qa": "2026-03-02T13:00:00Z"}
    assert order["origin"] == {
        "registrant": "ada",
        "by_application": False,
        "requester": None,
        "requester_also": [],
    }


def test_a_stage_gets_no_more_of_the_plan_than_it_needs():
    ctx, _ = told(policy=with_stages("qa", "prod"))
    assert [stage["name"] for stage in ctx.called("stage")[1]["plan"]["stages"]] == ["prod"]


def test_a_route_without_stages_ends_in_the_registry():
    ctx, output = told(policy=POLICY[: POLICY.index("    stages:")])
    assert output["status"] == "succeeded"
    assert ctx.names()[-1] == "copy_to_registry"


def test_the_status_follows_the_story():
    assert told()[0].statuses == ["evaluating", "copying", "deploying", "succeeded"]
    assert told(BAD)[0].statuses == ["evaluating", "rejected"]


HOLD = POLICY.replace("at_most: 5.0", "at_most: 5.0, inconclusive: hold")
GATES = a_promotion(HOLD).plan.gates


def test_a_gate_may_hold_the_version_until_the_evidence_is_there():
    late = [judged(a_candidate(), GATES)] * 3 + [judged(GOOD, GATES)]
    ctx, output = told(policy=HOLD, evaluate_gates=late)
    assert output["status"] == "succeeded"
    assert ctx.pauses == [10.0, 15.0, 22.5]
    assert ctx.statuses[:4] == ["evaluating", "waiting", "evaluating", "waiting"]
    assert ctx.recorded() == ["requested", "waiting", "succeeded"]


def test_a_held_version_whose_evidence_is_bad_is_refused():
    _, output = told(policy=HOLD, evaluate_gates=[judged(a_candidate(), GATES), judged(BAD, GATES)])
    assert output["failure"]["reason"] == "rmse is 9; the policy wants at most 5."


def test_a_version_is_held_for_a_day_with_few_looks_and_then_refused():
    ctx, output = told(policy=HOLD, evaluate_gates=judged(a_candidate(), GATES))
    assert output["status"] == "rejected"
    assert "logged no metric rmse" in output["failure"]["reason"]
    assert sum(ctx.pauses) == 24 * 3600
    assert len(ctx.pauses) < 50


@pytest.mark.parametrize(
    "status", ["rejected", "superseded", "cancelled", "rolled_back", "failed", "succeeded"]
)
def test_a_promotion_ends_as_its_stage_did(status):
    ended = {"stage": "prod", "status": status, "failure": {"reason": "So it is."}}
    ctx, output = told(stage=ended)
    assert output["status"] == status
    assert ctx.statuses[-1] == status
    assert ctx.recorded() == ["requested", status]


# -- cancelling

SAID = {"by": "ada", "reason": "not now"}
CANCELLED = {"reason": "Cancelled by ada: not now", "code": "Cancelled"}
TWO = POLICY + POLICY[POLICY.index("      - name: prod") :].replace("name: prod", "name: late", 1)


def cancelled(seconds: float, policy=POLICY, **answers):
    return told(policy=policy, events=[Event(seconds, "cancel", SAID)], **answers)


def test_who_cancels_during_the_copy_need_not_wait_for_it():
    ctx, output = cancelled(5, copy_to_registry={"settled": False})
    assert (output["status"], output["failure"]) == ("cancelled", CANCELLED)
    assert ctx.recorded() == ["requested", "cancelled"]
    assert "stage" not in ctx.names()


def test_who_cancels_a_stage_under_way_is_heard_there_and_no_other_begins():
    def ends(order):
        answer = {"stage": order["context"]["stage"], "status": "cancelled", "failure": CANCELLED}
        return After(60, answer)

    ctx, output = cancelled(5, TWO, stage=ends)
    assert ctx.sent == [(f"{ctx.called('stage')[0]['instance_id']}", "cancel", SAID)]
    assert (output["status"], len(ctx.called("stage"))) == ("cancelled", 1)


def test_a_stage_that_was_done_before_it_could_be_cancelled_stays_and_no_other_begins():
    ctx, output = cancelled(5, TWO, stage=lambda order: After(60, succeeded(order)))
    assert output["status"] == "cancelled"
    assert [stage["status"] for stage in output["stages"]] == ["succeeded"]
    assert ctx.recorded()[-1] == "cancelled"


def test_cancelling_what_is_done_anyway_changes_nothing():
    _, output = cancelled(5, stage=lambda order: After(60, succeeded(order)))
    assert output["status"] == "succeeded"
