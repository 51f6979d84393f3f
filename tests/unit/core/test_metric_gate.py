import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from unit.builders import a_candidate

from promotion.core.candidate import Metric
from promotion.core.gates.metric import MetricGate
from promotion.core.verdict import Outcome, Verdict

numbers = st.floats(allow_nan=False, allow_infinity=False)


def rmse(**bounds) -> MetricGate:
    return MetricGate(kind="metric", name="rmse", **bounds)


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        (4.9, Outcome.PASSED),
        (5.0, Outcome.PASSED),
        (5.000001, Outcome.FAILED),
        (-math.inf, Outcome.FAILED),
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
    ("value", "outcome"),
    [(0.79, Outcome.FAILED), (0.8, Outcome.PASSED), (0.95, Outcome.PASSED), (0.96, Outcome.FAILED)],
)
def test_between_says_both_bounds(value, outcome):
    gate = rmse(between=(0.8, 0.95))
    assert gate.evaluate(a_candidate(metrics={"rmse": value})).outcome is outcome


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ("4.2", Outcome.PASSED),
        ("6", Outcome.FAILED),
        ("nan", Outcome.FAILED),
        (" 4.2 ", Outcome.PASSED),
        ("-1e-3", Outcome.PASSED),
        ("inf", Outcome.FAILED),
        ("four", Outcome.INCONCLUSIVE),
        ("1_0", Outcome.INCONCLUSIVE),
        ("4,2", Outcome.INCONCLUSIVE),
        ("٤", Outcome.INCONCLUSIVE),
        ("", Outcome.INCONCLUSIVE),
        (None, Outcome.INCONCLUSIVE),
    ],
)
@pytest.mark.parametrize(("of", "where"), [("tag", "tags"), ("property", "properties")])
def test_the_figure_may_stand_in_a_tag_or_a_property(value, outcome, of, where):
    known = {where: {} if value is None else {"rmse": value}}
    assert rmse(at_most=5, of=of).evaluate(a_candidate(**known)).outcome is outcome


def test_the_unit_is_said_with_the_figures():
    verdict = rmse(at_most=5, unit="dollars").evaluate(a_candidate(metrics={"rmse": 6.42}))
    assert verdict.reason == "rmse is 6.42 dollars; the policy wants at most 5 dollars."


@pytest.mark.parametrize(
    ("value", "told"), [(5.0000001, "5.0000001"), (5 + 1e-15, "5.000000000000001")]
)
def test_no_rounding_hides_why_it_failed(value, told):
    verdict = rmse(at_most=5).evaluate(a_candidate(metrics={"rmse": value}))
    assert verdict.reason == f"rmse is {told}; the policy wants at most 5."


def test_a_figure_of_the_pipeline_around_the_run_says_so():
    metric = Metric(value=4.0, run="big_pipe")
    verdict = rmse(at_most=5).evaluate(
        a_candidate().model_copy(update={"metrics": {"rmse": metric}})
    )
    assert "rmse is 4, logged by big_pipe, the pipeline around brave_fox" in verdict.reason


def test_the_smallest_change_that_would_pass_is_the_nearest_bound():
    gate = rmse(between=(0.8, 0.9))
    low = gate.evaluate(a_candidate(metrics={"rmse": 0.5})).change
    high = gate.evaluate(a_candidate(metrics={"rmse": 1.0})).change
    assert (low.what, low.seen, low.enough, high.enough) == ("metric rmse", 0.5, 0.8, 0.9)


@given(value=st.floats(), low=st.floats(-1e6, 1e6), width=st.floats(0, 1e6))
def test_what_is_said_to_be_enough_is_enough(value, low, width):
    gate = rmse(between=(low, low + width))
    verdict = gate.evaluate(a_candidate(metrics={"rmse": value}))
    if verdict.change is not None:
        enough = gate.evaluate(a_candidate(metrics={"rmse": verdict.change.enough}))
        assert enough.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "bounds",
    [
        {},
        {"between": (2, 1)},
        {"between": (1, 2), "at_most": 3},
        {"between": (1, math.inf)},
        {"between": (1,)},
        {"at_least": 2, "at_most": 1},
        {"at_most": math.nan},
        {"at_most": True},
        {"between": (False, 1)},
        {"at_most": 1, "unit": ""},
        {"at_most": 1, "of": "param"},
    ],
)
def test_bounds_that_cannot_be_meant_are_refused(bounds):
    with pytest.raises(ValidationError):
        rmse(**bounds)


@pytest.mark.parametrize(
    ("bound", "told"),
    [
        (1234567, "1234567"),
        (5.0000001, "5.0000001"),
        (0.1 + 0.2, "0.30000000000000004"),
        (5, "5"),
        (1e-05, "1e-05"),
    ],
)
def test_a_bound_is_told_as_it_is_even_when_the_figure_is_far_from_it(bound, told):
    verdict = rmse(at_most=bound).evaluate(a_candidate(metrics={"rmse": 2e6}))
    assert verdict.reason == f"rmse is 2e+06; the policy wants at most {told}."
    assert verdict.remedy == f"A model whose rmse is {told} would pass."


@given(value=st.floats(), bound=st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_told_is_true(value, bound):
    verdict = rmse(at_most=bound).evaluate(a_candidate(metrics={"rmse": value}))
    if math.isfinite(value):
        told, _, wanted = verdict.reason.rstrip(".").removeprefix("rmse is ").partition(";")
        limit = float(wanted.rpartition(" ")[2])
        assert (float(told) <= limit) is (verdict.outcome is Outcome.PASSED)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_verdict_on_what_json_does_not_have_arrives_as_it_was(value):
    verdict = rmse(between=(0, 1)).evaluate(a_candidate(metrics={"rmse": value}))
    sent = json.dumps(verdict.to_json(), allow_nan=False)
    assert Verdict.model_validate(json.loads(sent)) == verdict


def test_nan_in_a_tag_is_not_said_to_have_been_logged():
    verdict = rmse(at_most=5, of="tag").evaluate(a_candidate(tags={"rmse": "NaN"}))
    assert verdict.reason == "rmse is NaN in the tag rmse, which is not at most 5."
    assert (verdict.change.what, verdict.change.seen, verdict.change.enough) == (
        "tag rmse",
        "NaN",
        5.0,
    )


def test_a_tag_that_is_no_number_is_quoted_in_one_short_line():
    tags = {"rmse": "4.2 dollars\n\x1b[31m" + "x" * 999}
    verdict = rmse(at_most=5, of="tag").evaluate(a_candidate(tags=tags))
    assert verdict.reason.startswith("The tag rmse is '4.2 dollars\\n\\x1b[31mxxx")
    assert verdict.reason.endswith("…', which is no number.")
    assert len(verdict.reason) < 300
