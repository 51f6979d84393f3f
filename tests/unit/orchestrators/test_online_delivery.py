import pytest
from unit.builders import POLICY, a_promotion
from unit.orchestrators.durable import FakeContext, run

from promotion.core.steps.orchestrations import DeliveryOrder
from promotion.core.timing import Timing
from promotion.orchestrators.deliver import deliver

LIVE = {"taxi-model-6": 100}
NEW = {"taxi-model-7": 100}
STANDS = {"state": "succeeded"}
BUSY = {"settled": False, "state": "creating"}
PENDING = {"settled": False}


def rolled_out(
    policy=POLICY,
    lock_seconds=0,
    events=(),
    files=None,
    asset_id="azureml://the-copy",
    retirement=None,
    **answers,
):
    """The rollout of version 7 where version 6 serves: the context and the output."""
    promotion = a_promotion(policy, files)
    order = DeliveryOrder(
        context=promotion.context.model_copy(update={"stage": "prod"}),
        stage=promotion.plan.stages[0],
        asset_id=asset_id,
        timing=promotion.plan.timing,
        retirement=retirement,
    )
    ctx = FakeContext(
        {
            "ensure_endpoint": {"traffic": LIVE},
            "look_at_deployment": STANDS,
            "smoke_test": {"latency_ms": 12.0},
            "shift_traffic": {"traffic": NEW},
        }
        | answers,
        lock_seconds=lock_seconds,
        events=list(events),
    )
    return ctx, run(deliver, ctx, order.to_json())


def test_the_new_deployment_stands_and_is_tested_before_it_gets_traffic():
    ctx, output = rolled_out()
    assert ctx.names() == [
        "lock",
        "ensure_endpoint",
        "create_deployment",
        "look_at_deployment",
        "smoke_test",
        "shift_traffic",
        "smoke_test",
    ]
    assert output == {"stage": "prod", "status": "succeeded", "replaced": ["taxi-model-6"]}


def test_what_it_replaced_is_kept_before_anybody_else_has_the_turn():
    ctx, _ = rolled_out(retirement="p-1-prod--retire")
    assert ctx.called("turn.keep") == [
        {"deployments": ["taxi-model-6"], "retirement": "p-1-prod--retire"}
    ]
    wrong = {"latency_ms": 1.0, "failure": {"reason": "It answered -31."}}
    assert rolled_out(retirement="p-1", smoke_test=wrong)[0].called("turn.keep") == []


def test_traffic_goes_from_what_was_seen_at_the_start_to_the_new_deployment():
    (order,) = rolled_out()[0].called("shift_traffic")
    assert (order["expected"], order["wanted"]) == (LIVE, NEW)


def test_the_status_follows_the_rollout():
    ctx, _ = rolled_out()
    assert ctx.statuses == [
        "waiting",
        "deploying",
        "verifying",
        "shifting",
        "verifying",
        "succeeded",
    ]


def test_a_failed_deployment_is_taken_back_with_azures_reason():
    why = {"reason": "OutOfQuota: no cores left", "code": "OutOfQuota"}
    ctx, output = rolled_out(look_at_deployment={"state": "failed", "failure": why})
    assert "shift_traffic" not in ctx.names()
    assert ctx.called("undo")[0]["restore"] == LIVE
    assert (output["status"], output["failure"]) == ("rolled_back", why)


def test_a_failed_smoke_test_is_taken_back_before_any_traffic():
    why = {"reason": "It answered -31."}
    ctx, output = rolled_out(smoke_test={"latency_ms": 1.0, "failure": why})
    assert "shift_traffic" not in ctx.names()
    assert output["status"] == "rolled_back"
    assert ctx.statuses[-2:] == ["rolling_back", "rolled_back"]


def test_traffic_that_somebody_else_changed_takes_the_rollout_back():
    _, output = rolled_out(shift_traffic={"failed": {"reason": "Somebody else changed it."}})
    assert output["status"] == "rolled_back"


def test_undoing_is_repeated_until_azure_is_done():
    why = {"reason": "No."}
    ctx, output = rolled_out(
        smoke_test={"latency_ms": 1.0, "failure": why}, undo=[PENDING, PENDING, {}]
    )
    assert len(ctx.called("undo")) == 3
    assert output["status"] == "rolled_back"


def test_a_rollout_that_cannot_be_undone_is_failed_and_says_both():
    _, output = rolled_out(
        smoke_test={"latency_ms": 1.0, "failure": {"reason": "It answered -31."}},
        undo={"failed": {"reason": "The endpoint is locked."}},
    )
    assert output["status"] == "failed"
    assert "It answered -31." in output["failure"]["reason"]
    assert "The endpoint is locked." in output["failure"]["reason"]


def test_an_endpoint_that_cannot_be_made_changes_nothing_and_needs_no_undoing():
    ctx, output = rolled_out(ensure_endpoint={"failed": {"reason": "Name is taken."}})
    assert output["status"] == "failed"
    assert ctx.names() == ["lock", "ensure_endpoint"]


def test_a_version_that_serves_already_is_left_alone():
    ctx, output = rolled_out(ensure_endpoint={"traffic": NEW})
    assert ctx.names() == ["lock", "ensure_endpoint", "create_deployment", "look_at_deployment"]
    assert output == {"stage": "prod", "status": "succeeded"}


def test_a_live_deployment_of_that_name_with_another_model_is_no_success():
    taken = {"reason": "It has another model.", "code": "DeploymentTaken"}
    ctx, output = rolled_out(ensure_endpoint={"traffic": NEW}, create_deployment={"failed": taken})
    assert (output["status"], output["failure"]) == ("rolled_back", taken)
    assert ctx.called("undo")[0]["restore"] == NEW


def test_without_a_smoke_test_a_deployment_that_stands_gets_the_traffic():
    lines = [line for line in POLICY.splitlines() if "smoke_test" not in line]
    ctx, output = rolled_out(policy="\n".join(lines) + "\n")
    assert "smoke_test" not in ctx.names()
    assert output["status"] == "succeeded"


def test_the_very_first_deployment_replaces_nothing():
    ctx, output = rolled_out(ensure_endpoint={})
    assert ctx.called("shift_traffic")[0]["expected"] == {}
    assert "replaced" not in output


@pytest.mark.parametrize(("serving", "status"), [("8", "superseded"), ("6", "succeeded")])
def test_an_older_version_never_replaces_a_newer_one(serving, status):
    live = {"traffic": {"taxi-model-x": 100}, "serving": {"taxi-model-x": serving}}
    ctx, output = rolled_out(ensure_endpoint=live)
    assert output["status"] == status
    assert ("create_deployment" in ctx.names()) == (status == "succeeded")


def test_versions_that_are_no_numbers_have_no_order():
    live = {"traffic": {"taxi-model-x": 100}, "serving": {"taxi-model-x": "2026-01"}}
    assert rolled_out(ensure_endpoint=live)[1]["status"] == "succeeded"


def test_a_long_wait_for_the_turn_is_recorded():
    ctx, _ = rolled_out(lock_seconds=600)
    assert ctx.recorded() == ["waiting"]
    assert "waiting" not in rolled_out()[0].recorded()


def test_the_time_limit_begins_with_the_turn():
    _, output = rolled_out(lock_seconds=10 * 3600)
    assert output["status"] == "succeeded"


def test_that_the_weights_were_written_travels_to_the_next_step():
    pending = {"settled": False, "written": True}
    ctx, _ = rolled_out(shift_traffic=[pending, {"traffic": NEW}])
    assert [order.get("written", False) for order in ctx.called("shift_traffic")] == [False, True]


def test_pauses_start_close_and_grow():
    ctx, _ = rolled_out(look_at_deployment=[BUSY] * 14 + [STANDS])
    assert ctx.pauses[:3] == [10.0, 15.0, 22.5]
    assert max(ctx.pauses) == 300.0
    assert ctx.pauses == sorted(ctx.pauses)


def test_a_deployment_that_takes_too_long_is_taken_back_and_says_so():
    ctx, output = rolled_out(look_at_deployment=BUSY)
    assert output["status"] == "rolled_back"
    assert "The time limit has passed, after 3h" in output["failure"]["reason"]
    assert "time_limit in the policy" in output["failure"]["remedy"]
    assert ctx.called("undo")


@pytest.mark.parametrize("minutes", [10, 20, 60])
def test_a_long_deployment_stays_under_200_history_events(minutes):
    looks = looks_for(minutes * 60)
    ctx, output = rolled_out(look_at_deployment=[BUSY] * looks + [STANDS])
    assert sum(ctx.pauses) >= minutes * 60
    assert output["status"] == "succeeded"
    assert history_events(ctx) < 200


def looks_for(seconds: float) -> int:
    timing, pause, looks = Timing(), Timing().poll_first, 0
    while seconds > 0:
        seconds, pause, looks = seconds - pause, timing.pause_after(pause), looks + 1
    return looks


def history_events(ctx: FakeContext) -> int:
    """As Azure Storage counts: what began, what ended, and the two ends of the turn it caused."""
    return 4 * (len(ctx.calls) + len(ctx.pauses)) + 2


CANARY = POLICY.replace(
    "        online:\n",
    "        online:\n          canary: {steps: [5, 50], every: 10m}\n",
)
STEPS = [{"taxi-model-6": 95, "taxi-model-7": 5}, {"taxi-model-6": 50, "taxi-model-7": 50}, NEW]
ASKED = {"latency_ms": 1.0}
WRONG = {"latency_ms": 1.0, "failure": {"reason": "It answered -31."}}


def test_a_canary_takes_its_steps_and_is_asked_again_at_each():
    ctx, output = rolled_out(CANARY)
    assert [order["wanted"] for order in ctx.called("shift_traffic")] == STEPS
    assert [order["expected"] for order in ctx.called("shift_traffic")] == [LIVE, *STEPS[:2]]
    assert [order.get("share", 0) for order in ctx.called("smoke_test")] == [0, 5, 50, 100]
    assert sum(ctx.pauses) == 20 * 60
    assert output["status"] == "succeeded"
    assert output["replaced"] == ["taxi-model-6"]


def test_a_canary_that_answers_wrongly_is_taken_back_at_once():
    ctx, output = rolled_out(CANARY, smoke_test=[ASKED, ASKED, WRONG])
    assert output["status"] == "rolled_back"
    (undo,) = ctx.called("undo")
    assert undo["restore"] == LIVE
    assert STEPS[1] in undo["ours"]
    assert len(ctx.called("shift_traffic")) == 2


def test_a_deployment_that_answers_wrongly_with_all_traffic_is_taken_back():
    _, output = rolled_out(smoke_test=[ASKED, WRONG])
    assert output["status"] == "rolled_back"


def test_the_pauses_of_a_canary_do_not_count_against_the_time_limit():
    long = CANARY.replace("every: 10m", "every: 2d")
    assert rolled_out(long)[1]["status"] == "succeeded"


def test_the_first_version_needs_no_canary():
    ctx, _ = rolled_out(CANARY, ensure_endpoint={"traffic": {}})
    assert [order["wanted"] for order in ctx.called("shift_traffic")] == [NEW]


@pytest.mark.parametrize(("wish", "kept"), [("remove", False), ("keep", True)])
def test_a_deployment_that_failed_may_be_kept_to_be_looked_at(wish, kept):
    text = CANARY.replace("online:\n", f"online:\n          on_failure: {wish}\n")
    (undo,) = rolled_out(text, smoke_test=[WRONG])[0].called("undo")
    assert undo.get("keep", False) is kept


def test_on_kubernetes_the_version_is_registered_first_and_deployed_from_there():
    model_id = "/subscriptions/s/models/taxi-model/versions/7"
    ctx, output = rolled_out(
        files={"deployment.yml": "name: blue\ntype: kubernetes\n"},
        asset_id="azureml://registries/the-registry/models/taxi-model/versions/7",
        register_model={"model_id": model_id, "how": "reference"},
    )
    assert ctx.names()[:4] == ["lock", "ensure_endpoint", "register_model", "create_deployment"]
    assert ctx.called("create_deployment")[0]["asset_id"] == model_id
    assert output["status"] == "succeeded"
