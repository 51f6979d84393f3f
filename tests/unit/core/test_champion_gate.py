import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from unit.builders import TAXI_7, a_candidate, some_metrics

from promotion.core.candidate import Champion
from promotion.core.gates.champion import ChampionGate
from promotion.core.references import ModelVersion
from promotion.core.verdict import Doubt, Outcome

TAXI_6 = ModelVersion(name="taxi-model", version="6")
numbers = st.floats(-1e100, 1e100)


def gate(**wishes) -> ChampionGate:
    given = {"metric": "rmse", "better": "lower", "stage": "prod"} | wishes
    return ChampionGate(kind="champion", **given)


def a_champion(rmse: float | None = 4.0, **known) -> Champion:
    metrics = {} if rmse is None else some_metrics(rmse=rmse)
    return Champion(**{"deployment": "taxi-model-6", "model": TAXI_6, "metrics": metrics} | known)


def compared(rmse: float | None, champion: Champion | None, **wishes):
    metrics = {} if rmse is None else {"rmse": rmse}
    known = wishes.pop("candidate", {})
    candidate = a_candidate(metrics=metrics, champions={"prod": champion}, **known)
    return gate(**wishes).evaluate(candidate)


@pytest.mark.parametrize(
    ("wishes", "rmse", "outcome"),
    [
        ({}, 3.9, Outcome.PASSED),
        ({}, 4.0, Outcome.PASSED),
        ({}, 4.1, Outcome.FAILED),
        ({"by": 0.5}, 3.5, Outcome.PASSED),
        ({"by": 0.5}, 3.6, Outcome.FAILED),
        ({"by_percent": 10}, 3.6, Outcome.PASSED),
        ({"by_percent": 10}, 3.7, Outcome.FAILED),
        ({"better": "higher"}, 4.1, Outcome.PASSED),
        ({"better": "higher"}, 3.9, Outcome.FAILED),
        ({"better": "higher", "by_percent": 10}, 4.4, Outcome.PASSED),
        ({"better": "higher", "by": 0.5}, 4.4, Outcome.FAILED),
        ({"better": "higher", "by_percent": 10}, 4.3, Outcome.FAILED),
        ({"by": 0}, 4.0, Outcome.PASSED),
        ({}, math.nan, Outcome.FAILED),
        ({}, -math.inf, Outcome.FAILED),
        ({}, math.inf, Outcome.FAILED),
        ({}, None, Outcome.INCONCLUSIVE),
    ],
)
def test_the_candidate_must_be_better_by_the_margin(wishes, rmse, outcome):
    assert compared(rmse, a_champion(), **wishes).outcome is outcome


def test_the_margin_of_a_negative_figure_is_of_its_size():
    assert compared(-4.4, a_champion(-4.0), by_percent=10).outcome is Outcome.PASSED
    assert compared(-4.3, a_champion(-4.0), by_percent=10).outcome is Outcome.FAILED


def test_the_reason_has_both_figures_and_the_margin():
    verdict = compared(3.9, a_champion(), by_percent=10)
    assert verdict.reason == (
        "rmse is 3.9; taxi-model:6, which serves in prod, has 4, "
        "and the policy wants at most 3.6, 10 % lower."
    )
    assert verdict.remedy == "A model whose rmse is 3.6 would pass."
    assert (verdict.change.seen, verdict.change.enough) == (3.9, 3.6)


@pytest.mark.parametrize(
    ("champion", "reason"),
    [
        (a_champion(None), "taxi-model:6, which serves in prod, has no metric rmse"),
        (a_champion(math.nan), "was logged as NaN"),
        (a_champion(trouble="taxi-model:6 was deleted."), "taxi-model:6 was deleted."),
    ],
)
def test_a_champion_without_a_figure_leaves_it_open(champion, reason):
    verdict = compared(3.0, champion)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert reason in verdict.reason


def test_a_champion_that_was_not_looked_up_leaves_it_open():
    assert gate().evaluate(a_candidate(metrics={"rmse": 1.0})).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("wish", "outcome", "waits"),
    [("pass", Outcome.PASSED, False), ("hold", Outcome.INCONCLUSIVE, True)],
)
def test_without_a_champion_the_policy_decides(wish, outcome, waits):
    verdict = compared(3.0, None, no_champion=wish)
    assert verdict.outcome is outcome
    assert verdict.holds is waits
    assert (verdict.doubt is Doubt.HOLD) is waits


def test_a_version_that_serves_already_passes():
    assert compared(9.0, a_champion(1.0, model=TAXI_7)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("own", "other", "outcome"),
    [
        ("jan", "jan", Outcome.PASSED),
        ("jan", "feb", Outcome.INCONCLUSIVE),
        ("jan", None, Outcome.INCONCLUSIVE),
        (None, "jan", Outcome.INCONCLUSIVE),
        (None, None, Outcome.INCONCLUSIVE),
    ],
)
@pytest.mark.parametrize(("wish", "where"), [("same_tag", "tags"), ("same_param", "params")])
def test_only_figures_of_the_same_data_are_compared(own, other, outcome, wish, where):
    champion = a_champion(**{where: {} if other is None else {"data": other}})
    known = {where: {} if own is None else {"data": own}}
    assert compared(3.0, champion, candidate=known, **{wish: "data"}).outcome is outcome


@given(champion=numbers, value=numbers, better=numbers, margin=st.floats(0, 1e6))
@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_a_better_metric_never_turns_a_pass_into_a_fail(champion, value, better, margin, direction):
    improved = max(value, better) if direction == "higher" else min(value, better)
    wishes = {"better": direction, "by": margin}
    if compared(value, a_champion(champion), **wishes).outcome is Outcome.PASSED:
        assert compared(improved, a_champion(champion), **wishes).outcome is Outcome.PASSED


def test_the_stage_where_it_stands_is_meant_unless_it_names_another():
    assert gate(stage=None).at("qa").champion_of == "qa"
    assert gate(stage="prod").at("qa").champion_of == "prod"


@pytest.mark.parametrize(
    "wishes",
    [
        {"by": 1, "by_percent": 1},
        {"same_tag": "a", "same_param": "b"},
        {"by": -1},
        {"by": math.inf},
        {"by_percent": math.nan},
        {"by": True},
        {"better": "up"},
        {"better": None},
        {"metric": ""},
    ],
)
def test_a_gate_that_contradicts_itself_is_refused(wishes):
    with pytest.raises(ValidationError):
        gate(**wishes)


@pytest.mark.parametrize(
    ("champion", "value", "direction", "margin"),
    [(0.7, 0.8, "higher", 0.1), (1.1, 1.2, "higher", 0.1), (1.2, 1.1, "lower", 0.1)],
)
def test_margins_are_computed_as_people_do(champion, value, direction, margin):
    verdict = compared(value, a_champion(champion), better=direction, by=margin)
    assert verdict.outcome is Outcome.PASSED
    assert f" {value}, 0.1 {direction}" in verdict.reason


@pytest.mark.parametrize(
    "champion",
    [None, a_champion(), a_champion(math.nan), a_champion(None), a_champion(trouble="Gone.")],
)
def test_nan_is_never_better_whatever_is_known_of_the_champion(champion):
    verdict = compared(math.nan, champion)
    assert verdict.outcome is Outcome.FAILED
    assert verdict.reason == "rmse was logged as NaN, which is not better than anything."


@pytest.mark.parametrize("wishes", [{}, {"by": 0.1}, {"by_percent": 5}])
@pytest.mark.parametrize(("direction", "worst"), [("lower", math.inf), ("higher", -math.inf)])
def test_whatever_is_finite_is_better_than_a_champion_that_is_not(wishes, direction, worst):
    champion = a_champion(worst)
    assert compared(4.0, champion, better=direction, **wishes).outcome is Outcome.PASSED
    failed = compared(worst, champion, better=direction, **wishes)
    assert failed.outcome is Outcome.FAILED
    assert failed.remedy == "Find out why the run could not compute it."


def test_a_champion_that_cannot_be_compared_is_not_to_be_logged_in_the_training_script():
    assert "mode: warn" in compared(3.0, a_champion(None)).remedy
    assert "mlflow.log_metric" in compared(None, a_champion()).remedy


@given(
    champion=numbers,
    value=st.floats(allow_nan=False),
    margin=st.floats(0, 1e6),
    percent=st.booleans(),
)
@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_what_is_said_to_be_enough_is_enough(champion, value, margin, percent, direction):
    wishes = {"better": direction, "by_percent" if percent else "by": margin}
    verdict = compared(value, a_champion(champion), **wishes)
    if verdict.change is None:
        return
    enough = float(verdict.change.enough)
    assert compared(enough, a_champion(champion), **wishes).outcome is Outcome.PASSED
    told = verdict.remedy.removeprefix("A model whose rmse is ").removesuffix(" would pass.")
    if told != "a finite figure":
        assert compared(float(told), a_champion(champion), **wishes).outcome is Outcome.PASSED


@given(champion=numbers, value=numbers, better=numbers, margin=st.floats(0, 1e6))
@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_a_better_metric_never_fails_on_a_margin_in_percent(
    champion, value, better, margin, direction
):
    improved = max(value, better) if direction == "higher" else min(value, better)
    wishes = {"better": direction, "by_percent": margin}
    if compared(value, a_champion(champion), **wishes).outcome is Outcome.PASSED:
        assert compared(improved, a_champion(champion), **wishes).outcome is Outcome.PASSED


def test_what_tags_say_is_shown_in_one_line():
    verdict = compared(
        3.0,
        a_champion(tags={"data": "b"}),
        candidate={"tags": {"data": "a\n\x1b"}},
        same_tag="data",
    )
    assert verdict.reason.endswith("they are 'a\\n\\x1b' and 'b'.")


def test_equal_figures_are_told_alike():
    reason = compared(4.2871234567, a_champion(4.2871234567)).reason
    assert reason.count("4.2871234567") == 3
