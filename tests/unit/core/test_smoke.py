import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.core.smoke import differences, summary, too_slow, wrong_body, wrong_schema


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
        ([12.0], [12.5000001], "$[0] is 12.5000001 instead of 12 ± 0.5"),
        ([1234567.8], [1234569.1], "$[0] is 1.23457e+06 instead of 1234567.8 ± 0.5"),
        (2**53, 2**53 + 1, "$ is 9007199254740993 instead of 9007199254740992 ± 0.5"),
    ],
)
def test_a_wrong_answer_says_where(expected, actual, said):
    assert list(differences(expected, actual, 0.5)) == [said]


def test_many_differences_are_counted():
    found = list(differences([0] * 9, [1] * 9, 0))
    assert summary(found).endswith("; and 4 more")


FARE = json.dumps({"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 1})


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("[12.5]", None),
        ("[]", "$: [] should be non-empty"),
        ('["12"]', "$[0]: '12' is not of type 'number'"),
        ("[-3]", "$[0]: -3 is less than the minimum of 0"),
        ("[NaN]", "$[0] is nan, which is no number"),
        ("[1e999]", "$[0] is inf, which is no number"),
        ("<html>", "its answer is not JSON: <html>"),
    ],
)
def test_an_answer_must_keep_to_its_schema(body, wrong):
    assert wrong_body(body, response=None, schema=FARE, tolerance=0) == wrong


def test_a_response_and_a_schema_may_both_be_expected():
    wrong = wrong_body("[-3]", response="[12]", schema=FARE, tolerance=1)
    assert wrong == "$[0] is -3 instead of 12 ± 1; $[0]: -3 is less than the minimum of 0"


def test_an_answer_that_is_nested_without_end_is_no_fault_of_ours():
    assert "not JSON" in wrong_body("[" * 100_000, response="[1]", schema=None, tolerance=0)


def test_an_integer_that_no_float_can_be_is_off():
    assert wrong_body(f"[{10**400}]", response="[1]", schema=None, tolerance=5).startswith(
        "$[0] is"
    )


def test_nothing_is_fetched_for_a_schema():
    elsewhere = '{"$ref": "https://contoso.com/other.json"}'
    wrong = wrong_body("[1]", response=None, schema=elsewhere, tolerance=0)
    assert wrong.startswith("the schema cannot be used: Unresolvable")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (FARE, None),
        ("[]", "a JSON schema is a mapping"),
        ("{", "not JSON: "),
        ('{"type": "nonsense"}', "not a JSON schema: $.type: 'nonsense' is not valid"),
    ],
)
def test_a_schema_is_looked_at_when_the_policy_is_read(text, wrong):
    found = wrong_schema(text)
    assert found is None if wrong is None else found.startswith(wrong)


@pytest.mark.parametrize(
    ("latencies", "said"),
    [
        ([80.0], None),
        ([120.0], "its answer took 120 ms instead of at most 100 ms"),
        ([900.0, 50.0, 60.0], None),
        ([900.0, 150.0, 60.0], "its answers took 150 ms (median of 3, the slowest 900 ms) instead"),
    ],
)
def test_one_slow_answer_among_fast_ones_is_not_slow(latencies, said):
    found = too_slow(latencies, 100)
    assert found is None if said is None else found.startswith(said)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@given(_JSON)
def test_every_answer_is_what_it_is_itself(answer):
    assert list(differences(answer, answer, 0)) == []
