"""NCRONTAB expressions."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.host import ncrontab

NOW = datetime(2026, 3, 14, 15, 9, 26, 535_000, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("expression", "following"),
    [
        ("* * * * * *", "2026-03-14 15:09:27"),
        ("*/10 * * * * *", "2026-03-14 15:09:30"),
        ("0 */5 * * * *", "2026-03-14 15:10:00"),
        ("*/5 * * * *", "2026-03-14 15:10:00"),
        ("0 0 * * * *", "2026-03-14 16:00:00"),
        ("0 30 9 * * 1-5", "2026-03-16 09:30:00"),
        ("0 30 9 * * Mon-Fri", "2026-03-16 09:30:00"),
        ("0 30 9 * Jan Monday", "2027-01-04 09:30:00"),
        ("0 0 0 13 * fri", "2026-11-13 00:00:00"),
        ("0 0 0 29 2 *", "2028-02-29 00:00:00"),
        ("0 5,35 9-17/4 * * *", "2026-03-14 17:05:00"),
        ("0 50/4 * * * *", "2026-03-14 15:50:00"),
        ("0 0 0 * * SUN", "2026-03-15 00:00:00"),
        ("00:30:00", "2026-03-14 15:39:26"),
        ("1.00:00:00", "2026-03-15 15:09:26"),
    ],
)
def test_the_next_time(expression, following):
    found = ncrontab.parse(expression).next_after(NOW)
    assert str(found.replace(microsecond=0, tzinfo=None)) == following


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("", "six fields"),
        ("* * *", "six fields"),
        ("60 * * * * *", "'60' is not a second from 0 to 59"),
        ("* * * 0 * *", "'0' is not a day"),
        ("* * * * Foo *", "'Foo' is not a month"),
        ("* * * * * 7", "'7' is not a day of the week"),
        ("*/0 * * * * *", "'0' is not a second"),
        ("1- * * * * *", "'' is not a second"),
        ("0 0 0 30 2 *", "no date fits"),
        ("00:00:00", "nothing"),
    ],
)
def test_a_bad_expression_says_what_is_wrong(expression, complaint):
    with pytest.raises(ValueError, match=complaint):
        ncrontab.parse(expression)


@given(st.integers(0, 4_000_000_000), st.integers(0, 59))
def test_the_next_time_is_later_and_fits(seconds, minute):
    moment = datetime.fromtimestamp(seconds, UTC)
    found = ncrontab.parse(f"7 {minute} */2 * * 1-6").next_after(moment)
    assert found > moment
    assert (found.second, found.minute, found.hour % 2) == (7, minute, 0)
    assert found.isoweekday() != 7
