import math

import pytest

from promotion.core.smoke import differences, summary


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ([12.0, 43.0], [12.4, 42.7]),
        ({"a": 1}, {"a": 1, "more": 2}),
        ({"a": [True, None, "x"]}, {"a": [True, None, "x"]}),
        (1, 1.5),
    ],
)
def test_answers_within_the_tolerance_are_right(expected, actual):
    assert list(differences(expected, actual, 0.5)) == []


@pytest.mark.parametrize(
    ("expected", "actual", "said"),
    [
        ([12.0], [-31.5], "$[0] is -31.5 instead of 12 ± 0.5"),
        ([1.0, 2.0], [1.0], "$ has 1 items instead of 2"),
        ({"a": {"b": 1}}, {"a": {}}, "$.a.b is missing"),
        ([1.0], {"error": "boom"}, '$ is {"error": "boom"} instead of [1.0]'),
        (1, True, "$ is true instead of 1"),
        (1.0, math.nan, "$ is nan instead of 1 ± 0.5"),
        ([1.0], [-14.150000000000002], "$[0] is -14.15 instead of 1 ± 0.5"),
        ("a", None, '$ is null instead of "a"'),
    ],
)
def test_a_wrong_answer_says_where(expected, actual, said):
    assert list(differences(expected, actual, 0.5)) == [said]


def test_many_differences_are_counted():
    found = list(differences([0] * 9, [1] * 9, 0))
    assert summary(found).endswith("; and 4 more")
