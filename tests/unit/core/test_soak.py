from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from unit.builders import NOON

from promotion.core.waits.soak import SoakWait

SPANS = st.timedeltas(timedelta(seconds=1), timedelta(days=365))


def soak(span: object = "2d", stage: str = "qa") -> SoakWait:
    return SoakWait.model_validate({"kind": "soak", "stage": stage, "for": span})


@pytest.mark.parametrize(
    ("later", "done"),
    [
        (timedelta(0), False),
        (timedelta(days=2) - timedelta(microseconds=1), False),
        (timedelta(days=2), True),
        (timedelta(days=30), True),
        (timedelta(days=-1), False),  # a clock that went back
    ],
)
def test_it_is_done_once_the_version_has_served_so_long(later, done):
    assert soak("2d").done(NOON, NOON + later) is done


def test_it_says_what_it_waits_for():
    assert soak("1d12h").label == "soak qa"
    assert soak("1d12h").in_words == "1d 12h of service in qa with its verification green"


def test_a_day_is_24_hours_also_when_clocks_are_moved():
    berlin = ZoneInfo("Europe/Berlin")
    evening = datetime(2026, 3, 28, 20, tzinfo=berlin)
    assert soak("1d").until(evening) == datetime(2026, 3, 29, 21, tzinfo=berlin)
    assert soak("1d").until(evening).tzinfo is UTC


@given(SPANS, SPANS)
def test_it_is_done_from_the_moment_that_it_names_and_not_before(span, later):
    wait, now = soak(span), NOON + later
    assert wait.done(NOON, now) is (now >= wait.until(NOON))
    assert wait.until(NOON) > NOON


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"for": 0}, "no time at all"),
        ({"for": 48}, "expected a duration"),
        ({"for": "400d"}, "longer than the 365d"),
        ({"stage": ""}, "at least 1 character"),
        ({"span": "2d"}, "Extra inputs"),
    ],
)
def test_a_soak_that_cannot_be_meant_is_a_mistake(change, mistake):
    with pytest.raises(ValidationError, match=mistake):
        SoakWait.model_validate({"kind": "soak", "stage": "qa", "for": "2d"} | change)


def test_a_soak_travels_as_json():
    wait = soak("364d23h59m59s")
    assert SoakWait.model_validate(wait.model_dump(mode="json")) == wait


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        soak().done(NOON, NOON.replace(tzinfo=None))
