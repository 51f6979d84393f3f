from datetime import timedelta

from unit.builders import NOON, POLICY, a_candidate, a_document

from promotion.core.backtest import replay
from promotion.core.references import ModelVersion

BETTER = POLICY.replace(
    "{kind: metric, name: rmse, at_most: 5.0}",
    "{kind: champion, metric: rmse, better: lower, by: 0.5}",
)


def a_history(*rmse: float):
    """Versions 1, 2, … of the taxi model, registered a day apart."""
    return [
        a_candidate(
            model=ModelVersion(name="taxi-model", version=str(number)),
            metrics={"rmse": value},
            registered_at=NOON + timedelta(days=number),
            as_of=NOON + timedelta(days=99),
        )
        for number, value in enumerate(rmse, 1)
    ]


def endings(text: str, candidates) -> list[str]:
    return [one.ending for one in replay(a_document(text), candidates)]


def test_each_version_is_judged_by_the_policy():
    assert endings(POLICY, a_history(4.0, 6.0, 5.0)) == ["promoted", "refused", "promoted"]


def test_the_reason_is_told():
    (refused,) = replay(a_document(), a_history(6.0))
    assert refused.reason == "rmse is 6; the policy wants at most 5."


def test_a_version_is_compared_with_the_last_one_that_would_have_been_promoted():
    assert endings(BETTER, a_history(4.0, 3.8, 3.4, 3.3)) == [
        "promoted",
        "refused",
        "promoted",
        "refused",
    ]


def test_the_order_is_that_of_registration():
    assert [one.model.version for one in replay(a_document(), a_history(4.0, 4.1)[::-1])] == [
        "1",
        "2",
    ]


def test_ages_are_those_at_registration():
    fresh = POLICY.replace(
        "{kind: metric, name: rmse, at_most: 5.0}", "{kind: freshness, trained_within: 2d}"
    )
    old = a_history(4.0)[0].model_copy(update={"trained_at": NOON})
    assert endings(fresh, [old]) == ["promoted"]


def test_services_are_not_asked_again():
    text = POLICY.replace("registry:", "hosts: [x.contoso.com]\nregistry:").replace(
        "{kind: metric, name: rmse, at_most: 5.0}",
        "{kind: http, name: fair, url: 'https://x.contoso.com/'}",
    )
    assert endings(text, a_history(4.0)) == ["promoted"]


def test_models_that_no_route_wants_are_left_out():
    assert replay(a_document(), [a_candidate(model=ModelVersion(name="bus", version="1"))]) == ()
