import json

from unit.builders import POLICY, a_candidate, a_promotion
from unit.orchestrators.durable import FakeContext, run

from promotion.core.errors import Retryable
from promotion.core.gates import judge
from promotion.orchestrators.promote import promote

GOOD = a_candidate(metrics={"rmse": 3.0})
BAD = a_candidate(metrics={"rmse": 9.0})
ASSET = "azureml://registries/the-registry/models/taxi-model/versions/7"
SUCCEEDED = {"stage": "prod", "status": "succeeded", "replaced": ["taxi-model-6"]}


def told(candidate=GOOD, policy=POLICY, **answers):
    """The story for that candidate: the context and the output."""
    promotion = a_promotion(policy)
    judgement = judge(candidate, promotion.plan.gates)
    ctx = FakeContext(
        {
            "gather_evidence": {"candidate": candidate.to_json()},
            "evaluate_gates": {"judgement": judgement.to_json()},
            "copy_to_registry": {"asset_id": ASSET},
            "rollout": SUCCEEDED,
        }
        | answers
    )
    return ctx, run(promote, ctx, promotion.to_json())


def test_a_good_version_goes_through_the_registry_to_its_stage():
    ctx, output = told()
    assert ctx.names() == [
        "gather_evidence",
        "evaluate_gates",
        "copy_to_registry",
        "rollout",
        "retire",
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
    ctx, _ = told(rollout=failed)
    assert ctx.called("record")[-1]["context"]["stage"] == "prod"
    assert "stage" not in told(BAD)[0].called("record")[-1]["context"]


def test_a_superseded_version_ends_as_superseded():
    late = {"stage": "prod", "status": "superseded", "failure": {"reason": "Too late."}}
    ctx, output = told(rollout=late)
    assert output["status"] == "superseded"
    assert ctx.recorded()[-1] == "superseded"


def test_what_is_planned_is_kept_whole_so_that_new_defaults_do_not_change_it():
    assert told()[0].called("rollout")[0]["timing"]["retry_attempts"] == 10


def test_a_step_that_failed_every_time_fails_the_promotion_with_its_last_reason():
    _, output = told(copy_to_registry=ConnectionError("the registry does not answer"))
    assert output["status"] == "failed"
    assert "the registry does not answer (tried 10 times)" in output["failure"]["reason"]
    assert output["judgement"]["verdicts"]


def test_a_stage_that_was_rolled_back_ends_the_promotion_as_rolled_back():
    why = {"reason": "The smoke test failed."}
    ctx, output = told(rollout={"stage": "prod", "status": "rolled_back", "failure": why})
    assert output["status"] == "rolled_back"
    assert output["failure"] == why
    assert "retire" not in ctx.names()


def test_a_rollout_that_was_terminated_fails_the_promotion_with_a_record():
    ctx, output = told(rollout=RuntimeError("terminated"))
    assert "ended without a result: terminated" in output["failure"]["reason"]
    assert ctx.recorded() == ["requested", "failed"]


def test_stages_come_one_after_the_other_and_stop_at_the_first_that_fails():
    stage = POLICY[POLICY.index("      - name: prod") :]
    two = POLICY + stage.replace("name: prod", "name: prod2")
    failed = {"stage": "prod", "status": "failed", "failure": {"reason": "No."}}
    ctx, output = told(policy=two, rollout=[failed])
    assert len(ctx.called("rollout")) == 1
    assert output["status"] == "failed"
    ctx, _ = told(policy=two)
    assert [order["stage"]["name"] for order in ctx.called("rollout")] == ["prod", "prod2"]


def test_a_route_without_stages_ends_in_the_registry():
    ctx, output = told(policy=POLICY[: POLICY.index("    stages:")])
    assert output["status"] == "succeeded"
    assert ctx.names()[-1] == "copy_to_registry"


def test_what_was_replaced_is_retired_without_waiting_for_it():
    ctx, _ = told()
    (retirement,) = ctx.called("retire")
    assert retirement["replaced"] == ["taxi-model-6"]
    assert retirement["instance_id"].endswith("-prod--retire")
    assert ctx.recorded()[-1] == "succeeded"


def test_the_status_follows_the_story():
    assert told()[0].statuses == ["evaluating", "copying", "deploying", "succeeded"]
    assert told(BAD)[0].statuses == ["evaluating", "rejected"]
