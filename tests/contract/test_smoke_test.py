import pytest
from contract.world import Refused, a_smoke_test, a_stage

from local import taxi
from promotion.core.errors import Retryable

SCORE = r"/score$"


def ask(world, stage, **changes):
    return world.do("smoke_test", stage=stage, test=a_smoke_test(**changes))


def test_the_new_deployment_is_asked_over_its_own_route(world):
    world.serving("1")
    second = world.standing("2", taxi.BETTER)
    world.forget_requests()
    assert "failure" not in ask(world, second)
    (request,) = world.requests("POST", SCORE)
    assert request["request_headers"]["azureml-model-deployment"] == "taxi-model-2"


def test_the_key_stays_out_of_what_is_recorded(world):
    stage = world.standing("1")
    ask(world, stage)
    keys = world.http.post(
        f"{stage.target.workspace.arm_id}/onlineEndpoints/taxi-fare/listKeys",
        params={"api-version": "2022-02-01-preview"},
    ).json()
    assert keys["primaryKey"] not in str(world.audit())


def test_a_wrong_answer_says_what_was_wrong_and_by_how_much(world):
    failure = ask(world, world.standing("3", taxi.NONSENSE))["failure"]
    assert "$[0] is 1.7 instead of 12 ± 4" in failure["reason"]
    assert failure["code"] == "SmokeTestFailed"


def test_a_request_that_the_model_cannot_take_fails_with_its_answer(world):
    failure = ask(world, world.standing("1"), request='{"nonsense": 1}')["failure"]
    assert "it answered 4" in failure["reason"]


def test_without_an_expected_response_any_200_will_do(world):
    assert "failure" not in ask(world, world.standing("3", taxi.NONSENSE), response=None)


def test_an_answer_that_is_not_json_fails(world):
    stage = world.standing("1")
    world.fault("POST", SCORE, answer={"status": 200, "body": "<html>hello</html>"})
    assert "its answer is not JSON: <html>" in ask(world, stage)["failure"]["reason"]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_deployment_that_is_not_awake_yet_is_asked_again_later(world, status):
    stage = world.standing("1")
    world.fault("POST", SCORE, answer={"status": status, "body": {}})
    with pytest.raises(Retryable):
        ask(world, stage)
    assert "failure" not in ask(world, stage)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_is_not_the_models_fault(world, status):
    stage = world.standing("1")
    world.fault("POST", SCORE, answer={"status": status, "body": {}})
    with pytest.raises(Refused) as refused:
        ask(world, stage)
    assert "AzureML Data Scientist" in refused.value.failure.remedy


def test_a_slow_answer_is_tried_again_later(world):
    stage = world.standing("1")
    world.fault("POST", SCORE, answer={"status": 200, "body": [1], "delay_seconds": 1})
    with pytest.raises(Retryable):
        ask(world, stage, timeout=0.1)


@pytest.mark.parametrize("auth_mode", ["aml_token", "aad_token"])
def test_endpoints_without_keys_are_asked_with_a_token(world, auth_mode):
    yaml = a_stage().endpoint_yaml.replace("auth_mode: key", f"auth_mode: {auth_mode}")
    world.settle("ensure_endpoint", stage=a_stage(endpoint_yaml=yaml))
    assert "failure" not in ask(world, world.standing("1"))


def test_both_outcomes_are_recorded_with_the_latency(world):
    ask(world, world.standing("1"))
    ask(world, world.standing("3", taxi.NONSENSE))
    rows = [row for row in world.audit() if row["Name"] == "promotion.smoke_tested"]
    assert [row["Properties"]["outcome"] for row in rows] == ["passed", "failed"]
    assert all(row["Measurements"]["latency_ms"] > 0 for row in rows)


def several(*samples, **changes):
    """A smoke test of several requests, each as it differs from the example's."""
    one = a_smoke_test()
    asked = tuple(one.samples[0].model_copy(update=changed) for changed in samples)
    return one.model_copy(update={"samples": asked, **changes})


def test_several_requests_are_sent_each_as_often_as_wanted(world):
    stage = world.standing("1")
    world.forget_requests()
    bad = {"request": "{", "response": None, "status": 424}
    receipt = world.do("smoke_test", stage=stage, test=several({}, bad, repeats=3))
    assert "failure" not in receipt
    assert len(world.requests("POST", SCORE)) == 6
    assert len(world.requests("POST", "/listKeys$")) == 1


def test_each_wrong_answer_says_to_which_request(world):
    stage = world.standing("3", taxi.NONSENSE)
    test = several({}, {"response": None}, {"response": "{}"})
    failure = world.do("smoke_test", stage=stage, test=test)["failure"]
    assert "request 1: $[0] is 1.7 instead of 12 ± 4" in failure["reason"]
    assert "request 2" not in failure["reason"]
    assert "request 3: $ is [" in failure["reason"]


def test_another_status_than_the_expected_one_fails(world):
    failure = ask(world, world.standing("1"), status=424)["failure"]
    assert "it answered 200 instead of 424" in failure["reason"]


@pytest.mark.parametrize(("status", "expected"), [(503, 503), (401, 401)])
def test_a_status_that_is_expected_is_an_answer(world, status, expected):
    stage = world.standing("1")
    world.fault("POST", SCORE, answer={"status": status, "body": {}})
    assert "failure" not in ask(world, stage, status=expected, response=None)


def test_an_answer_is_held_to_its_schema(world):
    stage = world.standing("1")
    schema = '{"type": "array", "items": {"type": "number", "maximum": 1}}'
    failure = ask(world, stage, response=None, response_schema=schema)["failure"]
    assert "is greater than the maximum of 1" in failure["reason"]


def test_slow_answers_fail_with_the_median(world):
    stage = world.standing("1")
    slow = {"status": 200, "body": [1], "delay_seconds": 0.3}
    world.fault("POST", SCORE, answer=slow, times=3)
    failure = ask(world, stage, response=None, repeats=3, max_latency_ms=100)["failure"]
    assert "(median of 3, the slowest" in failure["reason"]
    assert "instead of at most 100 ms" in failure["reason"]


def test_the_record_counts_the_requests(world):
    world.do("smoke_test", stage=world.standing("1"), test=several({}, repeats=4))
    (row,) = [row for row in world.audit() if row["Name"] == "promotion.smoke_tested"]
    assert row["Measurements"]["requests"] == 4
    assert row["Measurements"]["slowest_ms"] >= row["Measurements"]["latency_ms"]
