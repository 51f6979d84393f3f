import math
from datetime import UTC, datetime
from pathlib import Path

import pytest
from unit.builders import NOON, TAXI_7, a_candidate, some_metrics

from promotion.core.candidate import Champion, Contents, Job
from promotion.core.gates.expression import VARIABLES, ExpressionGate, _values
from promotion.core.policy.route import EVENT_VARIABLES
from promotion.core.references import ModelVersion
from promotion.core.verdict import Outcome

DOCS = Path(__file__).parents[3] / "docs"
CHAMPION = Champion(
    deployment="taxi-model-6",
    model=ModelVersion(name="taxi-model", version="6"),
    metrics=some_metrics(rmse=4.0),
)


def gate(expression: str, **more) -> ExpressionGate:
    return ExpressionGate(kind="expression", name="rule", expression=expression, **more)


def asked(expression: str, **known):
    return gate(expression, stage="prod").evaluate(a_candidate(**known))


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("metrics.rmse < 5.0", Outcome.PASSED),
        ("metrics.rmse < 4.0", Outcome.FAILED),
        ("metrics.mae < 4.0", Outcome.INCONCLUSIVE),
        ("metrics.broken < 4.0", Outcome.INCONCLUSIVE),
        ("!(metrics.broken > 4.0)", Outcome.INCONCLUSIVE),
        ("metrics.endless > 4.0", Outcome.INCONCLUSIVE),
        ("!('broken' in metrics) || metrics.broken < 1.0", Outcome.INCONCLUSIVE),
        ("!metrics.exists(m, metrics[m] > 9.0)", Outcome.INCONCLUSIVE),
        ("metrics.size() == 3", Outcome.INCONCLUSIVE),
        ("model.tags.team == 'risk' && model.version == '7'", Outcome.PASSED),
        ("model.registered_by == 'ada'", Outcome.INCONCLUSIVE),
        ("1 / 0 == 1", Outcome.ERROR),
    ],
)
def test_the_four_answers(expression, outcome):
    metrics = {"rmse": 4.2, "broken": math.nan, "endless": math.inf}
    assert asked(expression, metrics=metrics, tags={"team": "risk"}).outcome is outcome


def test_a_refusal_has_the_figures_that_it_rests_on_and_the_team_s_own_advice():
    rule = gate("metrics.rmse < 4.0", message="Train on the data of this year.")
    verdict = rule.evaluate(a_candidate(metrics={"rmse": 4.2, "rmse2": 1.0}))
    assert verdict.reason == "'metrics.rmse < 4.0' is not true: metrics.rmse is 4.2."
    assert verdict.remedy == "Train on the data of this year."


def test_what_is_missing_is_named():
    assert asked("metrics.mae < 4.0").reason == "'metrics.mae < 4.0' needs mae, which is not known."
    nan = asked("metrics.mae < 4.0", metrics={"mae": math.nan})
    assert nan.reason == "'metrics.mae < 4.0' needs mae, which was logged as NaN."


@pytest.mark.parametrize(
    ("champions", "outcome"),
    [
        ({"prod": CHAMPION}, Outcome.FAILED),
        ({"prod": None}, Outcome.PASSED),
        ({}, Outcome.INCONCLUSIVE),
        ({"prod": CHAMPION.model_copy(update={"trouble": "no."})}, Outcome.INCONCLUSIVE),
    ],
)
def test_the_champion_may_be_asked_about(champions, outcome):
    better = "!champion.exists || metrics.rmse < champion.metrics.rmse"
    assert asked(better, metrics={"rmse": 4.2}, champions=champions).outcome is outcome


def test_a_champion_is_only_looked_up_for_those_who_ask():
    assert gate("champion.exists").at("prod").champion_of == "prod"
    assert gate("metrics.rmse < 5.0").at("prod").champion_of is None


def test_every_variable_has_a_value_of_its_type_when_everything_is_known():
    whole = a_candidate(
        description="d",
        type="mlflow_model",
        registered_by="ada",
        registered_at=NOON,
        trained_at=datetime(2026, 3, 1, tzinfo=UTC),
        contents=Contents(flavors={"sklearn": "1.7"}, signature=True, size=10),
        job=Job(name="j", status="Completed", experiment="e", environment="v", parent="p"),
        champions={"prod": CHAMPION},
    )
    assert dict(_values(whole, "prod")).keys() == VARIABLES.keys()
    for name, kind in VARIABLES.items():
        rule = f"dyn({name}) == dyn({name})" if kind != "bool" else f"{name} || true"
        assert gate(rule, stage="prod").evaluate(whole).outcome is Outcome.PASSED, name
    assert whole.model == TAXI_7


@pytest.mark.parametrize("name", [*VARIABLES, *EVENT_VARIABLES])
def test_every_variable_is_in_the_reference(name):
    assert f"`{name}`" in (DOCS / "reference" / "expressions.md").read_text()
