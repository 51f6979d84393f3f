from unit.builders import POLICY, PROD, a_candidate, a_document, a_promotion

from promotion.core.preview import preview
from promotion.core.references import ModelVersion

GOOD = {"metrics": {"rmse": 3.0}}


def route(text=POLICY, **candidate):
    (only,) = preview(a_document(text), a_candidate(**GOOD | candidate))
    return only


def test_a_version_that_passes_would_be_promoted_under_the_id_that_it_would_get():
    found = route()
    assert found.promotes
    assert found.promotion_id == a_promotion().id
    assert found.plan == a_promotion().plan


def test_a_version_that_fails_would_be_refused_with_every_verdict():
    found = route(metrics={"rmse": 9.0})
    assert not found.promotes
    assert found.judgement.reason == "rmse is 9; the policy wants at most 5."


def test_a_route_that_does_not_want_the_version_says_why():
    other_model = route(model=ModelVersion(name="bus", version="1"))
    assert other_model.unwanted == "it takes models called taxi-*"
    assert route(source=PROD).unwanted == "it takes models from dev"
    assert not other_model.promotes


def test_every_route_is_shown():
    two = POLICY + POLICY[POLICY.index("  taxi:") :].replace("taxi:", "taxi-too:", 1)
    assert [found.route for found in preview(a_document(two), a_candidate())] == [
        "taxi",
        "taxi-too",
    ]
