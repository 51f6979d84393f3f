from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from unit.builders import NOON, a_candidate

from promotion.core.gates.freshness import FreshnessGate
from promotion.core.verdict import Outcome


def gate(**wishes) -> FreshnessGate:
    return FreshnessGate(kind="freshness", **wishes)


def trained(ago: timedelta | None, within: str = "30d"):
    moment = None if ago is None else NOON - ago
    return gate(trained_within=within).evaluate(a_candidate(trained_at=moment))


def data(tag: str | None, within: str = "90d"):
    tags = {} if tag is None else {"data_until": tag}
    wish = gate(data_tag="data_until", data_within=within)
    return wish.evaluate(a_candidate(tags=tags))


@pytest.mark.parametrize(
    ("ago", "outcome"),
    [
        (timedelta(days=29), Outcome.PASSED),
        (timedelta(days=30), Outcome.PASSED),
        (timedelta(days=30, seconds=1), Outcome.FAILED),
        (timedelta(seconds=-30), Outcome.PASSED),  # a clock that is a little ahead
        (None, Outcome.INCONCLUSIVE),
    ],
)
def test_the_training_may_be_so_long_ago(ago, outcome):
    assert trained(ago).outcome is outcome


@pytest.mark.parametrize(
    ("tag", "outcome"),
    [
        ("2026-02-01", Outcome.PASSED),
        ("2026-02-01T10:00:00+02:00", Outcome.PASSED),
        ("2025-10-01", Outcome.FAILED),
        ("2027-01-01", Outcome.FAILED),
        ("last summer", Outcome.INCONCLUSIVE),
        ("", Outcome.INCONCLUSIVE),
        (None, Outcome.INCONCLUSIVE),
    ],
)
def test_the_data_may_be_so_old(tag, outcome):
    assert data(tag).outcome is outcome


def test_the_reason_has_date_age_and_limit():
    assert trained(timedelta(days=40)).reason == (
        "The training ended 2026-01-21, 40d ago; the policy wants 30d at most."
    )


def test_both_are_asked_and_failure_outweighs_doubt():
    both = gate(trained_within="30d", data_tag="data_until", data_within="90d")
    old = a_candidate(trained_at=NOON - timedelta(days=99))
    assert both.evaluate(old).outcome is Outcome.FAILED


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_younger_model_never_fails_where_an_older_one_passes(one, other):
    younger, older = sorted((one, other))
    if trained(timedelta(hours=older)).outcome is Outcome.PASSED:
        assert trained(timedelta(hours=younger)).outcome is Outcome.PASSED


@pytest.mark.parametrize("wishes", [{}, {"data_tag": "x"}, {"data_within": "1d"}])
def test_a_gate_that_asks_nothing_or_half_is_refused(wishes):
    with pytest.raises(ValidationError):
        gate(**wishes)


def test_an_age_that_is_rounded_to_the_limit_is_said_to_be_more():
    verdict = trained(timedelta(days=30, hours=1, seconds=1), "30d1h")
    assert verdict.outcome is Outcome.FAILED
    assert "more than 30d 1h ago; the policy wants 30d 1h at most." in verdict.reason


def test_the_smallest_change_is_the_first_moment_that_passes():
    change = trained(timedelta(days=40)).change
    assert (change.what, change.seen) == ("training", "2026-01-21T12:00:00+00:00")
    assert change.enough == "2026-01-31T12:00:00Z or later"


@pytest.mark.parametrize("tag", ["2025-10-01", "2027-01-01", "last summer"])
def test_the_date_that_would_be_enough_is_enough(tag):
    change = data(tag).change
    assert (change.what, change.seen.partition("T")[0]) == ("tag data_until", tag)
    assert data(change.enough.removesuffix(" or later")).outcome is Outcome.PASSED


def test_with_two_things_amiss_no_single_change_would_do():
    both = gate(trained_within="30d", data_tag="data_until", data_within="90d")
    assert both.evaluate(a_candidate()).change is None
    assert both.evaluate(a_candidate(trained_at=NOON)).change.what == "tag data_until"
    assert trained(timedelta(days=1)).change is None


def test_a_moment_without_a_zone_is_in_utc():
    verdict = gate(trained_within="1d").evaluate(a_candidate(trained_at=NOON.replace(tzinfo=None)))
    assert verdict.outcome is Outcome.PASSED


def test_a_tag_that_is_no_date_is_shown_in_one_line():
    assert data("a\n# Approved").reason == "The tag data_until is 'a\\n# Approved', not a date."
