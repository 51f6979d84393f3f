from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.report.figures import figure, span

NOON = datetime(2026, 3, 2, 12, 30, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.0142, "14 ms"),
        (0.9996, "1 s"),
        (3.85, "3.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (3_599.7, "1 h"),
        (7_323, "2 h 2 min"),
        (86_400, "1 d"),
        (86_460, "1 d"),
        (90_000, "1 d 1 h"),
        (-61, "-1 min 1 s"),
        (float("inf"), ""),
        (float("nan"), ""),
    ],
)
def test_a_length_of_time_is_told_by_its_two_largest_units(seconds, words):
    assert span(seconds) == words


@given(st.floats(min_value=0, max_value=1e10))
def test_any_length_of_time_has_one_or_two_units(seconds):
    words = span(seconds).split()
    assert len(words) in (2, 4)
    assert set(words[1::2]) <= {"d", "h", "min", "s", "ms"}


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (None, "count", ""),
        (0, "count", "0"),
        (12_345, "count", "12,345"),
        (2.5, "count", "2.50"),
        (33.3333, "percent", "33.3 %"),
        (100.0, "percent", "100 %"),
        (float("nan"), "percent", ""),
        (61, "seconds", "1 min 1 s"),
        (NOON, "datetime", "2026-03-02 12:30"),
        (NOON.astimezone(timezone(timedelta(hours=5))), "datetime", "2026-03-02 12:30"),
        ("p-1", "id", "p-1"),
        ({"a": 1}, "text", '{"a": 1}'),
        (True, "text", "true"),
    ],
)
def test_a_figure_has_its_unit(value, unit, words):
    assert figure(value, unit) == words
