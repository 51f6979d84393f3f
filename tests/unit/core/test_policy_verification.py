from datetime import timedelta

import pytest
from unit.builders import FILES, POLICY, a_document, a_promotion

from promotion.core.plan import Plan
from promotion.core.policy.mistakes import PolicyInvalid

SMOKE = "{request: request.json, response: response.json, tolerance: 2}"
CAREFUL = POLICY.replace("registry:", "hosts: [drift.contoso.com]\nregistry:").replace(
    "        online:\n",
    """\
        online:
          shadow: {mirror: 20, for: 1h}
          canary: {steps: [5, 25], every: 10m}
          verify:
            - {kind: azure_metric, metric: RequestLatency_P95, at_most: 500}
            - {kind: expression, name: rule, expression: new.ErrorRate < 1.0, mode: 'off'}
            - {kind: http, name: drift, url: 'https://drift.contoso.com/judge'}
""",
)


def stage(text: str = CAREFUL):
    return a_promotion(text).plan.stages[0]


def smoke(test: str):
    return stage(POLICY.replace(SMOKE, test)).smoke_test


def mistakes(text: str, files: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(PolicyInvalid) as invalid:
        a_document(text, files)
    return [str(mistake) for mistake in invalid.value.mistakes]


def test_todays_smoke_test_is_one_request():
    test = smoke(SMOKE)
    (sample,) = test.samples
    assert (sample.request, sample.response) == (FILES["request.json"], FILES["response.json"])
    assert (sample.tolerance, sample.status, test.repeats) == (2, 200, 1)


def test_several_requests_each_have_their_own_answer():
    test = smoke(
        "{requests: [{request: request.json, response: response.json},"
        " {request: request.json, status: 400, tolerance: 0}], tolerance: 3, repeats: 2}"
    )
    assert [(one.status, one.tolerance) for one in test.samples] == [(200, 3), (400, 0)]
    assert test.repeats == 2


@pytest.mark.parametrize(
    ("test", "mistake"),
    [
        ("{requests: []}", "smoke_test: a smoke test needs either request or requests"),
        (
            "{request: request.json, requests: [{request: request.json}]}",
            "smoke_test: a smoke test needs either request or requests",
        ),
        (
            "{status: 201, requests: [{request: request.json}]}",
            "smoke_test: response, schema and status belong to each of the requests",
        ),
        ("{request: request.json, status: '2xx'}", "smoke_test.status: "),
        ("{request: request.json, repeats: 0}", "smoke_test.repeats: "),
        ("{request: request.json, max_latency_ms: 0}", "smoke_test.max_latency_ms: "),
        (
            "{request: request.json, schema: response.json}",
            "smoke_test.schema: response.json: a JSON schema is a mapping",
        ),
        (
            "{request: request.json, requests: [{request: request.json}], status: 400}",
            "smoke_test: a smoke test needs either request or requests",
        ),
    ],
)
def test_a_smoke_test_that_makes_no_sense_is_a_mistake(test, mistake):
    found = mistakes(POLICY.replace(SMOKE, test))
    assert any(f"online.{mistake}" in one for one in found)


def test_up_to_100_requests_are_possible():
    test = smoke("{requests: [{request: request.json}, {request: request.json}], repeats: 50}")
    assert len(test.samples) * test.repeats == 100


def test_more_than_100_requests_are_too_many_for_one_step():
    many = ", ".join(["{request: request.json}"] * 3)
    text = POLICY.replace(SMOKE, f"{{requests: [{many}], repeats: 50}}")
    assert "150 requests in all; at most 100 are possible" in mistakes(text)[0]


def test_the_plan_has_every_check_that_is_to_be_asked_and_whom_they_may_ask():
    planned = stage()
    assert [check.label for check in planned.verify] == [
        "azure_metric RequestLatency_P95",
        "http drift",
    ]
    assert planned.hosts == ("drift.contoso.com",)
    assert stage(POLICY).hosts == ()


def test_the_pauses_of_shadow_and_canary_are_not_what_may_take_too_long():
    assert stage().pauses == timedelta(hours=1, minutes=20)


def test_a_plan_tells_what_will_be_verified_and_how_long_it_is_a_shadow():
    told = dict(stage().doing())
    assert told["verify"] == "azure_metric RequestLatency_P95, http drift"
    assert told["shadow"] == "20 % of the traffic mirrored to it for 1h"


def test_a_plan_with_checks_travels():
    plan = a_promotion(CAREFUL).plan
    assert Plan.model_validate(plan.to_json()) == plan
    assert Plan.model_validate(plan.to_json(whole=True)) == plan


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        (
            "at_most: 500",
            "at_mots: 500",
            "verify.0.at_mots: not a field of an azure_metric check; did you mean at_most?",
        ),
        ("kind: http", "kind: htp", "verify.2.kind: 'htp' is not a kind of check; did you mean"),
        ("kind: http", "kind: soak", "verify.2.kind: 'soak' is not a kind of check"),
        ("kind: http, ", "", "verify.2: a check needs a kind: one of azure_metric, expression"),
        ("new.ErrorRate", "new.ErorRate", "verify.1.expression: new.ErorRate is not known here"),
        ("drift.contoso.com/", "evil.com/", "verify.2.url: evil.com is not one of the policy's"),
        ("mirror: 20", "mirror: 51", "shadow.mirror: "),
        ("mirror: 20", "mirror: 0", "shadow.mirror: "),
        (", for: 1h", "", "shadow.for: this field is required"),
    ],
)
def test_a_mistake_among_checks_is_shown_where_it_is(old, new, mistake):
    assert any(f"online.{mistake}" in found for found in mistakes(CAREFUL.replace(old, new, 1)))


def test_kubernetes_mirrors_nothing_so_there_is_no_shadow():
    kubernetes = {"deployment.yml": "name: blue\ntype: kubernetes\n"}
    (mistake,) = mistakes(CAREFUL, kubernetes)
    assert mistake.endswith(
        "online.shadow: Kubernetes endpoints do not mirror traffic; use a canary"
    )
    assert stage(POLICY).kubernetes is False
