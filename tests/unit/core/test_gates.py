import math
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.builders import a_candidate

from promotion.core.gates import Gate, judge
from promotion.core.gates.metric import MetricGate
from promotion.core.gates.tag import TagGate
from promotion.core.verdict import Outcome

numbers = st.floats(allow_nan=False)


def rmse(**bounds) -> MetricGate:
    return MetricGate(kind="metric", name="rmse", **bounds)


def owner(**wishes) -> TagGate:
    return TagGate(kind="tag", name="owner", **wishes)


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        (4.9, Outcome.PASSED),
        (5.0, Outcome.PASSED),
        (5.000001, Outcome.FAILED),
        (-math.inf, Outcome.PASSED),
        (math.inf, Outcome.FAILED),
        (math.nan, Outcome.FAILED),
    ],
)
def test_at_most_passes_up_to_its_bound(value, outcome):
    assert rmse(at_most=5.0).evaluate(a_candidate(metrics={"rmse": value})).outcome is outcome


@pytest.mark.parametrize(
    ("value", "outcome"),
    [(0.79, Outcome.FAILED), (0.8, Outcome.PASSED), (1.0, Outcome.PASSED), (1.1, Outcome.FAILED)],
)
def test_both_bounds_make_a_range(value, outcome):
    gate = rmse(at_least=0.8, at_most=1.0)
    assert gate.evaluate(a_candidate(metrics={"rmse": value})).outcome is outcome


def test_a_failed_metric_says_figure_threshold_and_what_would_pass():
    verdict = rmse(at_most=5.0).evaluate(a_candidate(metrics={"rmse": 6.42}))
    assert verdict.reason == "rmse is 6.42; the policy wants at most 5."
    assert verdict.remedy == "A model whose rmse is 5 would pass."


def test_a_metric_that_was_not_logged_is_inconclusive_and_says_what_was():
    verdict = rmse(at_most=5.0).evaluate(a_candidate(metrics={"mae": 1.0}))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "it logged mae" in verdict.reason
    assert 'mlflow.log_metric("rmse"' in verdict.remedy


def test_a_model_without_a_job_is_told_how_to_be_registered():
    verdict = rmse(at_most=5.0).evaluate(a_candidate(run=None, job=None))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "azureml://jobs/" in verdict.remedy


@given(value=numbers, better=numbers, bound=st.floats(allow_nan=False, allow_infinity=False))
def test_a_better_metric_never_turns_a_pass_into_a_fail(value, better, bound):
    gate = rmse(at_most=bound)
    if gate.evaluate(a_candidate(metrics={"rmse": value})).outcome is Outcome.PASSED:
        improved = a_candidate(metrics={"rmse": min(value, better)})
        assert gate.evaluate(improved).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("wishes", "value", "outcome"),
    [
        ({}, "anybody", Outcome.PASSED),
        ({}, None, Outcome.INCONCLUSIVE),
        ({"equals": "risk"}, "risk", Outcome.PASSED),
        ({"equals": "risk"}, "Risk", Outcome.FAILED),
        ({"one_of": ("risk", "fraud")}, "fraud", Outcome.PASSED),
        ({"one_of": ("risk", "fraud")}, "sales", Outcome.FAILED),
        ({"matches": "team-[a-z]+"}, "team-risk", Outcome.PASSED),
        ({"matches": "team-[a-z]+"}, "my team-risk", Outcome.FAILED),
    ],
)
def test_tags(wishes, value, outcome):
    tags = {} if value is None else {"owner": value}
    assert owner(**wishes).evaluate(a_candidate(tags=tags)).outcome is outcome


def test_every_gate_is_asked_even_after_a_failure():
    judgement = judge(a_candidate(metrics={"rmse": 9.0}), [rmse(at_most=5), owner(equals="risk")])
    assert [v.outcome for v in judgement.verdicts] == [Outcome.FAILED, Outcome.INCONCLUSIVE]
    assert not judgement.passed
    assert "rmse is 9" in judgement.reason
    assert "no tag owner" in judgement.reason


@pytest.mark.parametrize(("mode", "passes"), [("enforce", False), ("warn", True), ("off", True)])
def test_only_an_enforced_gate_blocks(mode, passes):
    judgement = judge(a_candidate(metrics={"rmse": 9.0}), [rmse(at_most=5, mode=mode)])
    assert judgement.passed is passes
    assert len(judgement.verdicts) == (mode != "off")


def test_a_gate_that_breaks_blocks_and_lets_the_others_answer():
    class BrokenGate(Gate):
        kind: Literal["broken"] = "broken"

        @property
        def label(self):
            return "broken"

        def answer(self, candidate):
            raise ZeroDivisionError("by zero")

    judgement = judge(a_candidate(metrics={"rmse": 1.0}), [BrokenGate(), rmse(at_most=5)])
    assert [v.outcome for v in judgement.verdicts] == [Outcome.ERROR, Outcome.PASSED]
    assert "ZeroDivisionError: by zero" in judgement.reason
