import json

import pytest
from unit.builders import FILES, POLICY, an_event
from unit.orchestrators.durable import Event, FakeContext, run

from promotion.core.events import read_event
from promotion.core.planning import plan_promotion
from promotion.core.policy.reading import read_policy
from promotion.core.steps.orchestrations import DeliveryOrder
from promotion.core.timing import Timing
from promotion.orchestrators.deliver import deliver

HANDING = (
    POLICY[: POLICY.index("        online:")]
    + "        time_limit: 30m\n        job: {file: check.yml}\n"
)
CHECK = "type: pipeline\ninputs: {model: {type: mlflow_model}}\n"
SUBMITTED = {"studio": "https://ml.azure.com/runs/x"}
RUNS = {"settled": False, "state": "Running", "note": "the job x is Running"}
ENDED = {"state": "Completed"}


def an_order(promotion_id=None):
    """To deliver version 7 of the taxi model."""
    document = read_policy(
        HANDING,
        name="promotion.yaml",
        settings={},
        read_file=(FILES | {"check.yml": CHECK}).__getitem__,
    )
    promotion = plan_promotion(document, "taxi", read_event(json.dumps(an_event())), Timing())
    context = promotion.context.model_copy(update={"stage": "prod"})
    order = DeliveryOrder(
        context=context.model_copy(update={"promotion_id": promotion_id or promotion.id}),
        stage=promotion.plan.stages[0],
        asset_id="azureml://the-copy",
        timing=promotion.plan.timing,
    )
    return order.to_json(whole=True)


def handed(events=(), promotion_id=None, **answers):
    """The delivery of version 7: the context and the output."""
    ctx = FakeContext(
        {"submit_job": SUBMITTED, "look_at_job": [RUNS, RUNS, ENDED], "cancel_job": {}} | answers,
        events=list(events),
    )
    return ctx, run(deliver, ctx, an_order(promotion_id))


def test_the_job_is_submitted_and_waited_for():
    ctx, output = handed()
    assert ctx.names() == ["lock", "submit_job", *["look_at_job"] * 3]
    assert output == {"stage": "prod", "status": "succeeded"}
    (order,) = ctx.called("submit_job")
    assert (order["asset_id"], order["input"], order["path"]) == (
        "azureml://the-copy",
        "model",
        "check.yml",
    )
    assert order["yaml"] == CHECK


def test_the_pauses_between_looks_grow():
    ctx, _ = handed(look_at_job=[RUNS] * 5 + [ENDED])
    assert ctx.pauses == [10, 15, 22.5, 33.75, 50.625]


@pytest.mark.parametrize(
    ("promotion", "job"),
    [
        ("taxi-taxi-model-7-0a1b2c3d", "taxi-taxi-model-7-0a1b2c3d-prod--job"),
        ("taxi-taxi-model-7-0a1b2c3d-2", "taxi-taxi-model-7-0a1b2c3d-2-prod--job"),
    ],
)
def test_each_promotion_has_a_job_of_its_own(promotion, job):
    ctx, _ = handed(promotion_id=promotion)
    assert ctx.called("submit_job")[0]["job"] == ctx.called("look_at_job")[0]["job"] == job


def test_people_see_the_job_while_it_runs():
    seen = []

    def look(_):
        seen.append(ctx.shown)
        return ENDED

    ctx = FakeContext({"submit_job": SUBMITTED, "look_at_job": look})
    run(deliver, ctx, an_order())
    assert (seen[0]["status"], seen[0]["studio"]) == ("deploying", SUBMITTED["studio"])
    assert seen[0]["job"].endswith("-prod--job")


def test_a_failed_job_fails_the_stage_with_its_reason():
    why = {"reason": "The job x failed: mape is 31.", "code": "UserError"}
    ctx, output = handed(look_at_job={"state": "Failed", "failure": why})
    assert "cancel_job" not in ctx.names()
    assert output == {"stage": "prod", "status": "failed", "failure": why}


def test_a_job_that_takes_longer_than_the_stage_may_is_cancelled():
    ctx, output = handed(look_at_job=RUNS, cancel_job=[{"settled": False}, {}])
    assert output["status"] == "failed"
    failure = output["failure"]
    assert failure["code"] == "TimeLimit"
    assert "the job x is Running" in failure["reason"]
    assert "time_limit in the policy" in failure["remedy"]
    assert len(ctx.called("cancel_job")) == 2
    assert ctx.called("cancel_job")[0]["reason"] == failure["reason"]
    assert ctx.statuses[-2:] == ["rolling_back", "failed"]


@pytest.mark.parametrize(
    ("event", "status"), [("cancel", "cancelled"), ("take_back", "rolled_back")]
)
def test_whoever_stops_the_promotion_stops_its_job(event, status):
    told = {"by": "ada@contoso.com", "reason": "Not today."}
    ctx, output = handed(look_at_job=RUNS, events=[Event(60, event, told)])
    assert output["status"] == status
    assert "ada@contoso.com: Not today." in output["failure"]["reason"]
    assert len(ctx.called("cancel_job")) == 1


def test_a_job_that_may_have_begun_though_nobody_heard_of_it_is_cancelled():
    ctx, output = handed(submit_job={"failed": {"reason": "The connection broke."}})
    assert ctx.names() == ["lock", "submit_job", "cancel_job"]
    assert (output["status"], output["failure"]["reason"]) == ("failed", "The connection broke.")


def test_a_job_that_cannot_be_cancelled_is_told_with_both_reasons():
    _, output = handed(look_at_job=RUNS, cancel_job={"failed": {"reason": "Azure is away."}})
    failure = output["failure"]
    assert failure["reason"].endswith("The job could not be cancelled: Azure is away.")
    assert "Look whether the job" in failure["remedy"]
    assert output["status"] == "failed"
