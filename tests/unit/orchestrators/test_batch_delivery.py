import pytest
from unit.builders import POLICY, a_promotion
from unit.orchestrators.durable import Event, FakeContext, run

from promotion.core.steps.orchestrations import DeliveryOrder, RetirementOrder
from promotion.orchestrators.deliver import deliver
from promotion.orchestrators.retire import retire

ONLINE = POLICY[POLICY.index("        online:") :]
TEST = "          test: {input: 'azureml:sample:1'}\n"
BATCH = POLICY.replace(
    ONLINE,
    f"""\
        batch:
          endpoint: endpoint.yml
          deployment: deployment.yml
{TEST}""",
)
WITH_CLUSTER = BATCH + "          compute: request.json\n"
NEW = "taxi-model-7"
LIVE = {"default": "taxi-model-6", "version": "6"}
STANDS = {"state": "succeeded"}
JOB = {"job": "batchjob-1", "studio": "https://studio/batchjob-1"}
COMPLETED = {"state": "Completed"}
RUNNING = {"settled": False, "state": "Running", "note": "the test job batchjob-1 is Running"}
FAILED = {"state": "Failed", "failure": {"reason": "Scoring failed.", "code": "BatchTestFailed"}}
PENDING = {"settled": False}


def delivered(policy=BATCH, events=(), lock_seconds=0, timing=None, order=None, **answers):
    """The delivery of version 7 where version 6 is the default: the context and the output."""
    promotion = a_promotion(policy, **timing or {})
    given = DeliveryOrder(
        context=promotion.context.model_copy(update={"stage": "prod"}),
        stage=promotion.plan.stages[0],
        asset_id="azureml://the-copy",
        timing=promotion.plan.timing,
        **order or {},
    )
    ctx = FakeContext(
        {
            "ensure_batch_endpoint": LIVE,
            "create_batch_deployment": {"operation": "https://management/op"},
            "look_at_batch_deployment": STANDS,
            "invoke_batch_deployment": JOB,
            "look_at_batch_test": COMPLETED,
        }
        | answers,
        lock_seconds=lock_seconds,
        events=list(events),
    )
    return ctx, run(deliver, ctx, given.to_json())


def test_a_new_deployment_stands_and_its_test_completes_before_it_is_the_default():
    ctx, output = delivered(WITH_CLUSTER)
    assert ctx.names() == [
        "lock",
        "ensure_batch_endpoint",
        "ensure_compute",
        "create_batch_deployment",
        "look_at_batch_deployment",
        "invoke_batch_deployment",
        "look_at_batch_test",
        "set_batch_default",
    ]
    assert output == {"stage": "prod", "status": "succeeded", "replaced": ["taxi-model-6"]}


def test_the_status_follows_the_delivery():
    ctx, _ = delivered(look_at_batch_test=[RUNNING, COMPLETED])
    assert list(dict.fromkeys(ctx.statuses)) == [
        "waiting",
        "deploying",
        "verifying",
        "shifting",
        "succeeded",
    ]


def test_the_default_goes_from_what_was_seen_to_the_new_deployment_which_is_noted():
    (order,) = delivered()[0].called("set_batch_default")
    assert order["expected"] == "taxi-model-6"
    assert order["marks"] == {
        "promotion.previous": "taxi-model-6",
        "promotion.previous_version": "6",
    }


def test_the_very_first_deployment_replaces_nothing():
    ctx, output = delivered(ensure_batch_endpoint={})
    assert ctx.called("set_batch_default")[0]["expected"] is None
    assert output == {"stage": "prod", "status": "succeeded"}


def test_a_version_that_is_the_default_already_is_left_alone():
    ctx, output = delivered(ensure_batch_endpoint={"default": NEW, "version": "7"})
    assert ctx.names()[-1] == "look_at_batch_deployment"
    assert output == {"stage": "prod", "status": "succeeded"}


@pytest.mark.parametrize(
    ("serving", "force", "status"),
    [("8", False, "superseded"), ("8", True, "succeeded"), ("6", False, "succeeded")],
)
def test_an_older_version_never_replaces_a_newer_one(serving, force, status):
    live = {"default": "taxi-model-x", "version": serving}
    ctx, output = delivered(ensure_batch_endpoint=live, order={"force": force})
    assert output["status"] == status
    assert ("create_batch_deployment" in ctx.names()) == (status == "succeeded")
    assert ("taxi-model:8 already" in str(output.get("failure"))) == (status == "superseded")


def test_a_failed_deployment_is_removed_with_azures_reason():
    why = {"reason": "OutOfQuota: no cores left", "code": "OutOfQuota"}
    ctx, output = delivered(look_at_batch_deployment={"state": "failed", "failure": why})
    assert ctx.called("look_at_batch_deployment")[0]["operation"] == "https://management/op"
    assert "invoke_batch_deployment" not in ctx.names()
    (undo,) = ctx.called("undo_batch")
    assert undo["restore"] == "taxi-model-6"
    assert "mark" not in undo
    assert (output["status"], output["failure"]) == ("rolled_back", why)


def test_a_failed_test_is_taken_back_and_the_default_was_never_touched():
    ctx, output = delivered(look_at_batch_test=FAILED)
    assert "set_batch_default" not in ctx.names()
    (undo,) = ctx.called("undo_batch")
    assert undo["job"] == "batchjob-1"
    assert undo["mark"] == ctx.called("invoke_batch_deployment")[0]["mark"]
    assert (output["status"], output["failure"]["reason"]) == ("rolled_back", "Scoring failed.")
    assert ctx.statuses[-2:] == ["rolling_back", "rolled_back"]


def test_an_invocation_that_is_refused_is_taken_back():
    no = {"failed": {"reason": "No such data."}}
    ctx, output = delivered(invoke_batch_deployment=no)
    # It may have been started all the same: its mark finds it.
    assert ctx.called("undo_batch")[0]["mark"]
    assert output["failure"]["reason"] == "No such data."


def test_a_test_that_takes_too_long_is_stopped_and_says_whose_limit_it_was():
    ctx, output = delivered(look_at_batch_test=RUNNING)
    assert output["status"] == "rolled_back"
    assert "after 1h" in output["failure"]["reason"]
    assert "the test job batchjob-1 is Running" in output["failure"]["reason"]
    assert "time_limit of the test" in output["failure"]["remedy"]
    assert ctx.called("undo_batch")[0]["job"] == "batchjob-1"


def test_the_limit_of_the_stage_counts_for_the_test_too():
    line = "        workspace: prod\n"
    short = BATCH.replace(line, f"{line}        time_limit: 30m\n")
    _, output = delivered(short, look_at_batch_test=RUNNING)
    assert "time_limit in the policy" in output["failure"]["remedy"]


@pytest.mark.parametrize("event", ["cancel", "take_back"])
def test_whoever_stops_it_stops_the_test_job(event):
    told = Event(60, event, {"by": "bob@contoso.com", "reason": "Wrong data."})
    ctx, output = delivered(events=[told], look_at_batch_test=RUNNING)
    assert output["status"] == {"cancel": "cancelled", "take_back": "rolled_back"}[event]
    assert ctx.called("undo_batch")[0]["job"] == "batchjob-1"
    assert "set_batch_default" not in ctx.names()


def test_a_default_that_somebody_else_changed_takes_the_delivery_back():
    _, output = delivered(set_batch_default={"failed": {"reason": "Somebody else changed it."}})
    assert output["status"] == "rolled_back"


def test_that_the_default_was_written_travels_to_the_next_step():
    ctx, _ = delivered(set_batch_default=[PENDING | {"written": True}, {"written": True}])
    assert [order.get("written", False) for order in ctx.called("set_batch_default")] == [
        False,
        True,
    ]


def test_a_delivery_that_cannot_be_undone_is_failed_and_says_both():
    locked = {"failed": {"reason": "The endpoint is locked."}}
    _, output = delivered(look_at_batch_test=FAILED, undo_batch=locked)
    assert output["status"] == "failed"
    assert "Scoring failed." in output["failure"]["reason"]
    assert "The endpoint is locked." in output["failure"]["reason"]


def test_undoing_is_repeated_until_azure_is_done_and_told_once():
    undo = [PENDING, PENDING | {"told": True}, {"told": True}]
    ctx, output = delivered(look_at_batch_test=FAILED, undo_batch=undo)
    assert [order.get("told", False) for order in ctx.called("undo_batch")] == [False, False, True]
    assert output["status"] == "rolled_back"


@pytest.mark.parametrize("step", ["ensure_batch_endpoint", "ensure_compute"])
def test_what_cannot_be_prepared_changes_nothing_and_needs_no_undoing(step):
    ctx, output = delivered(WITH_CLUSTER, **{step: {"failed": {"reason": "Not allowed."}}})
    assert output["status"] == "failed"
    assert ctx.names()[-1] == step


def test_a_cluster_that_is_slow_is_waited_for():
    ctx, output = delivered(WITH_CLUSTER, ensure_compute=[PENDING, PENDING, {}])
    assert len(ctx.called("ensure_compute")) == 3
    assert output["status"] == "succeeded"


@pytest.mark.parametrize(("policy", "ask"), [(BATCH.replace(TEST, ""), True), (BATCH, False)])
def test_without_a_test_a_deployment_that_stands_becomes_the_default(policy, ask):
    ctx, output = delivered(policy, order={"ask": ask})
    assert "invoke_batch_deployment" not in ctx.names()
    assert output["status"] == "succeeded"


@pytest.mark.parametrize(("wish", "kept"), [("remove", False), ("keep", True)])
def test_a_deployment_that_failed_may_be_kept_to_be_looked_at(wish, kept):
    policy = f"{BATCH}          on_failure: {wish}\n"
    (undo,) = delivered(policy, look_at_batch_test=FAILED)[0].called("undo_batch")
    assert undo.get("keep", False) is kept


def test_a_held_delivery_parks_before_it_becomes_the_default():
    hold = Event(5, "hold", {"where": "x", "by": "bob", "reason": "Audit."})
    resume = Event(7200, "resume", {"where": "x"})
    ctx, output = delivered(events=[hold, resume], look_at_batch_test=[RUNNING, COMPLETED])
    assert "waiting" in ctx.statuses[1:]
    assert output["status"] == "succeeded"


def test_what_was_the_default_before_is_retired_as_a_batch_deployment():
    promotion = a_promotion(BATCH)
    order = RetirementOrder(
        context=promotion.context,
        stage=promotion.plan.stages[0],
        replaced=("taxi-model-6",),
        timing=promotion.plan.timing,
    )
    kept = {"kept": "taxi-model-6 is the default again"}
    ctx = FakeContext({"turn.retire": [["taxi-model-6"]], "retire_batch_deployment": kept})
    assert run(retire, ctx, order.to_json()) == {"kept": ["taxi-model-6 is the default again"]}
    assert ctx.names() == ["lock", "turn.retire", "retire_batch_deployment"]
    assert ctx.pauses == [24 * 3600.0]
