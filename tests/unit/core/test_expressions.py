import pytest
from unit.builders import NOON

from promotion.core.expressions import (
    MAX_CHARACTERS,
    ExpressionInvalid,
    NotComputable,
    NotKnown,
    condition,
)

VARIABLES = {
    "metrics": "map<string,double>",
    "model.name": "string",
    "model.tags": "map<string,string>",
    "now": "timestamp",
}
VALUES = {
    "metrics": {"rmse": 4.2},
    "model.name": "taxi",
    "model.tags": {"owner": "ada"},
    "now": NOON,
}


def mistakes(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(ExpressionInvalid) as caught:
        condition(text, VARIABLES)
    return [tuple(mistake) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("metrics.rmse < 5.0", True),
        ("metrics['rmse'] > 5.0", False),
        ("model.name.startsWith('taxi') && model.tags.owner == 'ada'", True),
        ("'team' in model.tags", False),
        ("has(model.tags.owner)", True),
        ("metrics.exists(name, metrics[name] > 4.0)", True),
        ("now > timestamp('2026-03-01T00:00:00Z')", True),
        ("metrics.rmse < 5.0 || metrics.missing < 1.0", True),
    ],
)
def test_a_condition_holds_or_not(text, holds):
    assert condition(text, VARIABLES).holds(VALUES) is holds


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            "metrics.rmse < 5",
            (1, 14, "< does not take double and int; write numbers with a point, as in 5.0"),
        ),
        ("metrcs.rmse < 5.0", (1, 1, "metrcs.rmse is not known here; did you mean metrics?")),
        (
            "1 == 1 && model.nam == 'x'",
            (1, 11, "model.nam is not known here; did you mean model.name?"),
        ),
        (
            "true &&\n  model.tgs == 'b'",
            (2, 3, "model.tgs is not known here; did you mean model.tags?"),
        ),
        ("metrics.rmse", (1, 1, "this gives a value of type double, not true or false")),
        ("metrics.rmse <", (1, 15, "the expression ends too early")),
        ("model.tags.rows > 5", (1, 17, "> does not take string and int")),
        ("[" * 300, (1, 1, "nested too deeply")),
    ],
)
def test_a_mistake_is_found_before_there_is_a_model(text, mistake):
    assert mistake in mistakes(text)


def test_all_mistakes_are_told_at_once():
    assert len(mistakes("metrics.rmse < 5 && metrics.mae < 4")) == 2


def test_an_expression_that_is_too_long_is_refused():
    assert "longer than" in mistakes("true" + " || true" * MAX_CHARACTERS)[0][2]


@pytest.mark.parametrize(("text", "missing"), [("metrics.mae < 5.0", "mae"), ("now < now", "now")])
def test_what_is_not_known_is_named(text, missing):
    known = {name: value for name, value in VALUES.items() if name != "now"}
    with pytest.raises(NotKnown, match=missing):
        condition(text, VARIABLES).holds(known)


@pytest.mark.parametrize("text", ["1 / 0 == 1", "int(model.name) > 1", "model.name.matches('(')"])
def test_what_cannot_be_computed_says_why(text):
    with pytest.raises(NotComputable, match=r"zero|convert|expression"):
        condition(text, VARIABLES).holds(VALUES)
