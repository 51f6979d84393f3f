from datetime import timedelta

import pytest
from unit.builders import NOON

from promotion.cli.exits import Failed
from promotion.cli.times import ago, since


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s ago"),
        (59, "59 s ago"),
        (60, "1 min ago"),
        (3_599, "59 min ago"),
        (3_600, "1 h ago"),
        (172_800, "2 d ago"),
    ],
)
def test_how_long_ago_is_said_roughly(seconds, words):
    assert ago((NOON - timedelta(seconds=seconds)).isoformat(), NOON) == words


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("7d", "2026-02-23T12:00:00+00:00"),
        ("1d12h", "2026-03-01T00:00:00+00:00"),
        ("2026-03-01", "2026-03-01T00:00:00+00:00"),
        ("2026-03-01T12:00:00+01:00", "2026-03-01T12:00:00+01:00"),
    ],
)
def test_since_takes_spans_and_dates(written, moment):
    assert since(written, NOON) == moment


@pytest.mark.parametrize("written", ["", "7", "d", "-7d", "999999w999999w", "last week"])
def test_since_takes_nothing_else(written):
    with pytest.raises(Failed, match="neither a span nor a date"):
        since(written, NOON)
