from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from promotion.core.waits import AnyWait
from promotion.core.waits.hours import DAYS
from promotion.core.waits.window import WindowWait

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
CHRISTMAS = {"from": "2026-12-24", "until": "2027-01-02", "reason": "Christmas"}


def window(**wishes) -> WindowWait:
    return WindowWait.model_validate({"kind": "window"} | wishes)


def at(written: str, zone: str = "UTC", fold: int = 0) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone), fold=fold)


def shown(moment: datetime, zone: str) -> str:
    """What clocks there show, with the offset, which tells apart what they show twice."""
    assert moment.tzinfo is UTC
    return moment.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("wishes", "now", "opens"),
    [
        # 2026-03-02 is a Monday.
        ({"hours": "09:00-17:00"}, "2026-03-02T08:59:59", "2026-03-02T09:00"),
        ({"hours": "09:00-17:00"}, "2026-03-02T09:00", "2026-03-02T09:00"),
        ({"hours": "09:00-17:00"}, "2026-03-02T16:59", "2026-03-02T16:59"),
        ({"hours": "09:00-17:00"}, "2026-03-02T17:00", "2026-03-03T09:00"),
        ({"days": WEEKDAYS, "hours": "09:00-17:00"}, "2026-03-06T17:00", "2026-03-09T09:00"),
        ({"days": ["sat", "sun"]}, "2026-03-02T12:00", "2026-03-07T00:00"),
        ({"days": ["sun"]}, "2026-03-08T23:59", "2026-03-08T23:59"),
        ({"days": ["sun"]}, "2026-03-09T00:00", "2026-03-15T00:00"),
        # Over midnight, hours belong to the day on which they begin.
        ({"days": ["fri"], "hours": "22:00-04:00"}, "2026-03-06T03:00", "2026-03-06T22:00"),
        ({"days": ["fri"], "hours": "22:00-04:00"}, "2026-03-07T03:59", "2026-03-07T03:59"),
        ({"days": ["fri"], "hours": "22:00-04:00"}, "2026-03-07T04:00", "2026-03-13T22:00"),
        ({"hours": "18:00-24:00"}, "2026-03-02T23:59", "2026-03-02T23:59"),
        ({"hours": "18:00-24:00"}, "2026-03-03T00:00", "2026-03-03T18:00"),
        ({"hours": "18:00-00:00"}, "2026-03-03T00:00", "2026-03-03T18:00"),
        ({"hours": "00:00-24:00"}, "2026-03-03T00:00", "2026-03-03T00:00"),
        ({"cron": "0 9 * * mon-fri", "open_for": "2h"}, "2026-03-02T08:00", "2026-03-02T09:00"),
        ({"cron": "0 9 * * mon-fri", "open_for": "2h"}, "2026-03-02T09:00", "2026-03-02T09:00"),
        ({"cron": "0 9 * * mon-fri", "open_for": "2h"}, "2026-03-02T10:59", "2026-03-02T10:59"),
        ({"cron": "0 9 * * mon-fri", "open_for": "2h"}, "2026-03-02T11:00", "2026-03-03T09:00"),
        ({"cron": "0 9 29 2 *", "open_for": "1h"}, "2026-03-02T11:00", "2028-02-29T09:00"),
        ({"cron": "0 0 1 1 *", "open_for": "365d"}, "2026-12-31T23:59", "2026-12-31T23:59"),
        ({"freeze": [CHRISTMAS]}, "2026-12-23T23:59", "2026-12-23T23:59"),
        ({"freeze": [CHRISTMAS]}, "2026-12-24T00:00", "2027-01-03T00:00"),
        ({"freeze": [CHRISTMAS]}, "2027-01-02T23:59", "2027-01-03T00:00"),
    ],
)
def test_it_opens_now_or_at_the_first_moment_that_the_policy_allows(wishes, now, opens):
    assert window(**wishes).opens(at(now)) == at(opens)


SPRING_BERLIN, AUTUMN_BERLIN = "2026-03-29", "2026-10-25"  # at 02:00 to 03:00, at 03:00 to 02:00
SPRING_YORK, AUTUMN_YORK = "2026-03-08", "2026-11-01"  # at 02:00 to 03:00, at 02:00 to 01:00


@pytest.mark.parametrize(
    ("hours", "zone", "now", "opens"),
    [
        ("09:00-17:00", BERLIN, "2026-03-28T18:00+01:00", f"{SPRING_BERLIN}T09:00+02:00"),
        ("09:00-17:00", BERLIN, "2026-10-24T18:00+02:00", f"{AUTUMN_BERLIN}T09:00+01:00"),
        ("09:00-17:00", NEW_YORK, "2026-03-07T18:00-05:00", f"{SPRING_YORK}T09:00-04:00"),
        ("09:00-17:00", NEW_YORK, "2026-10-31T18:00-04:00", f"{AUTUMN_YORK}T09:00-05:00"),
        # Hours that begin while clocks are moved over them begin when they have been moved.
        ("02:30-04:00", BERLIN, f"{SPRING_BERLIN}T00:00+01:00", f"{SPRING_BERLIN}T03:00+02:00"),
        ("02:30-04:00", NEW_YORK, f"{SPRING_YORK}T00:00-05:00", f"{SPRING_YORK}T03:00-04:00"),
        # Hours that clocks are moved over altogether are not there on that day.
        ("02:15-02:45", BERLIN, f"{SPRING_BERLIN}T00:00+01:00", "2026-03-30T02:15+02:00"),
        ("02:15-02:45", NEW_YORK, f"{SPRING_YORK}T00:00-05:00", "2026-03-09T02:15-04:00"),
        # Hours that end while clocks are moved over them end when they are moved.
        ("01:00-02:30", BERLIN, f"{SPRING_BERLIN}T03:00+02:00", "2026-03-30T01:00+02:00"),
        # Hours that clocks show twice count both times.
        ("02:15-02:45", BERLIN, f"{AUTUMN_BERLIN}T02:00+02:00", f"{AUTUMN_BERLIN}T02:15+02:00"),
        ("02:15-02:45", BERLIN, f"{AUTUMN_BERLIN}T02:44+02:00", f"{AUTUMN_BERLIN}T02:44+02:00"),
        ("02:15-02:45", BERLIN, f"{AUTUMN_BERLIN}T02:45+02:00", f"{AUTUMN_BERLIN}T02:15+01:00"),
        ("02:15-02:45", BERLIN, f"{AUTUMN_BERLIN}T02:45+01:00", "2026-10-26T02:15+01:00"),
        ("01:15-01:45", NEW_YORK, f"{AUTUMN_YORK}T01:45-04:00", f"{AUTUMN_YORK}T01:15-05:00"),
        ("00:30-01:30", NEW_YORK, f"{AUTUMN_YORK}T01:45-04:00", f"{AUTUMN_YORK}T01:00-05:00"),
        ("22:00-02:30", BERLIN, f"{AUTUMN_BERLIN}T02:40+02:00", f"{AUTUMN_BERLIN}T02:00+01:00"),
    ],
)
def test_hours_are_those_that_clocks_show_also_when_they_are_moved(hours, zone, now, opens):
    open_at = window(hours=hours, time_zone=zone).opens(datetime.fromisoformat(now))
    assert shown(open_at, zone) == opens


def test_it_opens_to_the_second_whenever_one_comes():
    early = at("2026-03-29T00:00:00.5", BERLIN)
    open_at = window(hours="02:30-04:00", time_zone=BERLIN).opens(early)
    assert open_at == at("2026-03-29T03:00", BERLIN)


def test_hours_of_one_day_a_week_that_clocks_are_moved_over_come_the_week_after():
    sundays = window(days=["sun"], hours="02:15-02:45", time_zone=BERLIN)
    assert shown(sundays.opens(at("2026-03-28T12:00")), BERLIN) == "2026-04-05T02:15+02:00"


def test_a_friday_that_an_island_left_out_comes_the_week_after():
    """Samoa went from Thursday, 2011-12-29, to Saturday, 2011-12-31."""
    fridays = window(days=["fri"], time_zone="Pacific/Apia")
    open_at = fridays.opens(at("2011-12-29T12:00", "Pacific/Apia"))
    assert shown(open_at, "Pacific/Apia") == "2012-01-06T00:00+14:00"


@pytest.mark.parametrize(
    ("cron", "zone", "now", "opens"),
    [
        ("30 2 * * *", BERLIN, f"{SPRING_BERLIN}T00:00+01:00", f"{SPRING_BERLIN}T03:00+02:00"),
        ("30 2 * * *", NEW_YORK, f"{SPRING_YORK}T00:00-05:00", f"{SPRING_YORK}T03:00-04:00"),
        ("30 2 * * *", BERLIN, f"{AUTUMN_BERLIN}T00:00+02:00", f"{AUTUMN_BERLIN}T02:30+02:00"),
        ("30 2 * * *", BERLIN, f"{AUTUMN_BERLIN}T02:59+02:00", "2026-10-26T02:30+01:00"),
        ("30 2 * * *", BERLIN, f"{AUTUMN_BERLIN}T02:10+01:00", "2026-10-26T02:30+01:00"),
        ("30 1 * * *", NEW_YORK, f"{AUTUMN_YORK}T01:10-05:00", "2026-11-02T01:30-05:00"),
        ("30 * * * *", BERLIN, f"{AUTUMN_BERLIN}T02:59+02:00", f"{AUTUMN_BERLIN}T02:30+01:00"),
        ("0 9 * * *", BERLIN, f"{SPRING_BERLIN}T00:00+01:00", f"{SPRING_BERLIN}T09:00+02:00"),
    ],
)
def test_times_of_cron_come_once_unless_they_come_every_hour(cron, zone, now, opens):
    every = window(cron=cron, open_for="5m", time_zone=zone)
    assert shown(every.opens(datetime.fromisoformat(now)), zone) == opens


def test_a_window_after_cron_is_as_long_as_stated_also_when_clocks_are_moved():
    night = window(cron="0 0 * * *", open_for="4h", time_zone=BERLIN)
    four_hours_later = at("2026-03-29T05:00", BERLIN)
    assert night.opens(four_hours_later - MINUTE) == four_hours_later - MINUTE
    assert night.opens(four_hours_later) == at("2026-03-30T00:00", BERLIN)


@pytest.mark.parametrize(
    ("begin", "until", "now", "thaws"),
    [
        ("2026-12-24T18:00", "2026-12-27T06:00", "2026-12-24T17:59+01:00", None),
        ("2026-12-24 18:00", "2026-12-27 06:00", "2026-12-24T18:00+01:00", "2026-12-27T06:00"),
        ("2026-12-24", "2026-12-24", "2026-12-24T00:00+01:00", "2026-12-25T00:00"),
        ("2026-12-24", "2026-12-24", "2026-12-23T23:59+01:00", None),
        # A freeze that begins or ends while clocks are moved is rather longer than shorter.
        ("2026-10-25T02:30", "2026-10-25T12:00", "2026-10-25T02:30+02:00", "2026-10-25T12:00"),
        ("2026-10-24", "2026-10-25T02:30", "2026-10-25T02:45+02:00", "2026-10-25T02:30"),
        ("2026-03-29T02:30", "2026-03-29T12:00", "2026-03-29T03:00+02:00", "2026-03-29T12:00"),
        ("2026-03-29", "2026-03-29T02:30", "2026-03-29T01:59+01:00", "2026-03-29T03:00"),
        ("2026-03-29", "2026-03-29T02:30", "2026-03-29T03:00+02:00", None),
    ],
)
def test_a_freeze_is_in_local_time_with_its_last_day(begin, until, now, thaws):
    freeze = {"from": begin, "until": until, "reason": "audit"}
    moment = datetime.fromisoformat(now)
    thawed = at(thaws, BERLIN, fold=1).astimezone(UTC) if thaws else moment
    assert window(freeze=[freeze], time_zone=BERLIN).opens(moment) == thawed


def test_freezes_that_touch_or_overlap_are_waited_for_one_after_the_other():
    freezes = [
        {"from": "2026-12-28", "until": "2026-12-30", "reason": "inventory"},
        CHRISTMAS | {"until": "2026-12-27"},
        {"from": "2026-12-29", "until": "2027-01-06", "reason": "holidays"},
    ]
    office = window(days=WEEKDAYS, hours="09:00-17:00", freeze=freezes)
    assert office.opens(at("2026-12-24T12:00")) == at("2027-01-07T09:00")


def test_a_freeze_over_every_time_of_cron_waits_for_the_next_one():
    audit = {"from": "2026-12-01", "until": "2027-02-01", "reason": "audit"}
    rare = window(cron="0 9 1 * *", open_for="1h", freeze=[audit])
    assert rare.opens(at("2026-11-15")) == at("2027-03-01T09:00")
    assert rare.why_closed(at("2026-11-15")) == "outside 1h after each 0 9 1 * * UTC"


OFFICE = window(days=WEEKDAYS, hours="09:00-17:00", time_zone=BERLIN, freeze=[CHRISTMAS])


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ("2026-03-02T12:00", None),
        ("2026-03-01T12:00", "outside mon-fri 09:00-17:00 Europe/Berlin"),
        ("2026-12-25T12:00", "frozen until 2027-01-02: Christmas"),
        ("2026-12-26T12:00", "frozen until 2027-01-02: Christmas"),
        ("2026-12-23T22:00", "outside mon-fri 09:00-17:00 Europe/Berlin"),
    ],
)
def test_it_says_why_it_is_closed(now, why):
    assert OFFICE.why_closed(at(now)) == why


def test_of_two_freezes_the_one_that_ends_last_is_told():
    short = {"from": "2026-12-24", "until": "2026-12-25", "reason": "party"}
    frozen = window(freeze=[CHRISTMAS, short])
    assert frozen.why_closed(at("2026-12-24T12:00")) == "frozen until 2027-01-02: Christmas"


def test_an_hour_that_clocks_show_twice_is_open_for_whoever_asks_in_local_time():
    night = window(hours="02:00-03:00", time_zone=BERLIN)
    for fold in (0, 1):
        assert night.why_closed(at("2026-10-25T02:30", BERLIN, fold)) is None


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"days": WEEKDAYS, "hours": "09:00-17:00"}, "the window mon-fri 09:00-17:00 UTC"),
        ({"days": ["wed", "mon", "wed"], "time_zone": BERLIN}, "the window mon, wed Europe/Berlin"),
        ({"days": ["fri", "sat", "sun", "mon"]}, "the window mon, fri-sun UTC"),
        (
            {"cron": "0 9 * * 1", "open_for": "90m"},
            "the window 1h 30m after each 0 9 * * 1 UTC",
        ),
        (
            {"freeze": [CHRISTMAS]},
            "the window at any time UTC, except 2026-12-24 to 2027-01-02 (Christmas)",
        ),
    ],
)
def test_it_says_what_it_waits_for(wishes, words):
    assert window(**wishes).in_words == words


@pytest.mark.parametrize(
    ("wishes", "where", "mistake"),
    [
        ({}, (), "a window needs days, hours, cron or freeze"),
        ({"time_zone": BERLIN}, (), "a window needs days, hours, cron or freeze"),
        ({"days": []}, ("days",), "at least one is needed"),
        ({"days": ["monday"]}, ("days", 0), "'mon', 'tue'"),
        ({"hours": "9-17"}, ("hours",), "expected hours such as 09:00-17:00"),
        ({"hours": "24:00-08:00"}, ("hours",), "expected hours such as"),
        ({"hours": "09:00-24:01"}, ("hours",), "expected hours such as"),
        ({"hours": "\u0660\u0669:00-17:00"}, ("hours",), "expected hours such as"),
        ({"hours": "09:00-17:00\n"}, ("hours",), "expected hours such as"),
        ({"hours": "09:00-09:00"}, ("hours",), "09:00-09:00 begins when it ends"),
        ({"time_zone": "Europe/Belrin"}, ("time_zone",), "did you mean Europe/Berlin?"),
        ({"time_zone": "Berlin"}, ("time_zone",), "did you mean Europe/Berlin?"),
        ({"time_zone": "utc"}, ("time_zone",), "did you mean UTC?"),
        ({"time_zone": "CEST"}, ("time_zone",), "expected one such as Europe/Berlin or UTC"),
        ({"time_zone": "../../etc/passwd"}, ("time_zone",), "is not a time zone"),
        ({"time_zone": "right/Europe/Berlin"}, ("time_zone",), "is not a time zone"),
        ({"time_zone": ""}, ("time_zone",), "is not a time zone"),
        ({"cron": "0 9 * *", "open_for": "1h"}, ("cron",), "not a cron expression; expected"),
        ({"cron": "0 0 9 * * *", "open_for": "1h"}, ("cron",), "not a cron expression; expected"),
        ({"cron": "61 9 * * *", "open_for": "1h"}, ("cron",), "bad minute; expected minute"),
        ({"cron": "0 0 30 2 *", "open_for": "1h"}, ("cron",), "bad day-of-month"),
        ({"cron": "0 0 */40 * mon#5", "open_for": "1h"}, ("cron",), "a time that never comes"),
        ({"cron": f"0/{'9' * 5000} 0 1 1 *", "open_for": "1h"}, ("cron",), "not a cron"),
        ({"cron": "0 9 * * *"}, (), "cron and open_for go together"),
        ({"cron": "0 9 * * *", "open_for": 0}, ("open_for",), "no time at all"),
        ({"days": ["mon"], "open_for": "1h"}, (), "cron and open_for go together"),
        ({"days": ["mon"], "cron": "0 9 * * *", "open_for": "1h"}, (), "either cron or days"),
        ({"hours": "09:00-17:00", "cron": "0 9 * * *", "open_for": "1h"}, (), "either cron or"),
    ],
)
def test_a_window_that_cannot_be_meant_is_one_mistake(wishes, where, mistake):
    # With a day, where what is looked at is not that there is none.
    enough = wishes if not where or "cron" in wishes else {"days": ["mon"]} | wishes
    with pytest.raises(ValidationError) as caught:
        window(**enough)
    (error,) = caught.value.errors()
    assert error["loc"] == where
    assert mistake in error["msg"]


@pytest.mark.parametrize(
    ("change", "where", "mistake"),
    [
        ({"from": "24.12.2026"}, ("from",), "expected a date such as 2026-12-24"),
        ({"from": "2026-12-24T18:00Z"}, ("from",), "a local time such as 2026-12-24T18:00"),
        ({"until": "2026-02-30"}, ("until",), "2026-02-30 does not exist"),
        ({"until": "9999-12-31"}, ("until",), "not between the years 2000 and 2199"),
        ({"until": "2026-12-23"}, (), "until 2026-12-23 does not come after from 2026-12-24"),
        ({"from": "2027-01-02T06:00", "until": "2027-01-02T06:00"}, (), "does not come after"),
        ({"until": "2072-01-02"}, (), "longer than a year"),
        ({"reason": ""}, ("reason",), "at least 1 character"),
        ({"begin": "2026-12-24"}, ("begin",), "Extra inputs"),
    ],
)
def test_a_freeze_that_cannot_be_meant_is_one_mistake(change, where, mistake):
    with pytest.raises(ValidationError) as caught:
        window(freeze=[CHRISTMAS | change])
    (error,) = caught.value.errors()
    assert error["loc"] == ("freeze", 0, *where)
    assert mistake in error["msg"]


def test_a_freeze_may_last_a_year_and_no_longer():
    year = CHRISTMAS | {"from": "2027-01-01", "until": "2027-12-31"}
    assert window(freeze=[year]).opens(at("2027-06-01")) == at("2028-01-01")
    with pytest.raises(ValidationError):
        window(freeze=[year | {"until": "2028-01-02"}])


@pytest.mark.parametrize(
    "wishes",
    [
        {"days": ["mon"], "hours": "22:00-04:00", "time_zone": BERLIN, "freeze": [CHRISTMAS]},
        {"cron": "0 9 * * mon-fri", "open_for": "1d12h"},
    ],
)
def test_a_window_travels_as_json(wishes):
    wait = window(**wishes)
    kinds = TypeAdapter(AnyWait)
    for skip in (True, False):
        assert kinds.validate_python(kinds.dump_python(wait, mode="json", exclude_defaults=skip))
        assert (
            WindowWait.model_validate(wait.model_dump(mode="json", exclude_defaults=skip)) == wait
        )


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        OFFICE.opens(at("2026-03-02").replace(tzinfo=None))


# Zones with everything that clocks have been made to do: by half an hour, at midnight, in Ramadan.
ZONES = ["UTC", BERLIN, NEW_YORK, "Australia/Lord_Howe", "Africa/Cairo", "Africa/Casablanca"]
ZONES += ["America/Havana", "America/Santiago", "Asia/Kathmandu", "Asia/Beirut"]
CRONS = ["30 2 * * *", "*/15 * * * *", "0 * * * *", "*/30 1-3 * * *", "0,30 0,1,2,3 * * *"]
CRONS += ["0 9 * * mon-fri", "0 0 L * *", "59 23 * * sun", "15 0-3 */7 * *", "5 */2 * * fri#1"]


def moves(zone: str) -> list[datetime]:
    """Every moment of some years at which clocks are moved, to the hour; or just one moment."""
    hours = [at("2025-01-01").astimezone(UTC) + n * timedelta(hours=1) for n in range(3 * 8766)]
    offsets = [hour.astimezone(ZoneInfo(zone)).utcoffset() for hour in hours]
    return [hours[n] for n in range(1, len(hours)) if offsets[n] != offsets[n - 1]] or hours[:1]


MOVES = {zone: moves(zone) for zone in ZONES}
CLOCKS = st.times().map(lambda clock: f"{clock:%H:%M}")
HOURS = st.tuples(CLOCKS, CLOCKS | st.just("24:00")).filter(lambda both: both[0] != both[1])
BY_THE_WEEK = st.fixed_dictionaries(
    {"days": st.lists(st.sampled_from(DAYS), min_size=1), "hours": HOURS.map("-".join)}
)
OPEN_FOR = st.sampled_from(["1m", "20m", "1h", "1d1h", "30d"])
BY_CRON = st.fixed_dictionaries({"cron": st.sampled_from(CRONS), "open_for": OPEN_FOR})


@st.composite
def freezes(draw) -> dict[str, str]:
    begin = draw(st.dates(date(2025, 1, 1), date(2028, 1, 1)))
    until = begin + draw(st.integers(0, 60)) * DAY
    return {"from": str(begin), "until": str(until), "reason": "x"}


@st.composite
def moments(draw, zone: str) -> datetime:
    """Mostly about the time when clocks are moved."""
    near = draw(st.sampled_from([timedelta(hours=3), timedelta(days=2), timedelta(days=300)]))
    moment = draw(st.sampled_from(MOVES[zone])) + draw(st.timedeltas(-near, near))
    return moment.astimezone(ZoneInfo(zone))


@st.composite
def windows_and_moments(draw) -> tuple[WindowWait, datetime]:
    zone = draw(st.sampled_from(ZONES))
    wishes = draw(BY_THE_WEEK | BY_CRON) | {"freeze": draw(st.lists(freezes(), max_size=4))}
    return window(**wishes, time_zone=zone), draw(moments(zone))


@settings(max_examples=300)
@given(windows_and_moments())
def test_it_opens_not_before_now_and_is_open_then(given_both):
    wait, now = given_both
    opens = wait.opens(now)
    assert opens >= now
    assert wait.opens(opens) == opens
    assert wait.why_closed(opens) is None
    assert (wait.why_closed(now) is None) is (opens == now.astimezone(UTC))


@settings(max_examples=300)
@given(windows_and_moments(), st.timedeltas(timedelta(0), timedelta(days=3)))
def test_who_comes_later_goes_later_or_at_the_same_moment(given_both, later):
    wait, now = given_both
    first, second = wait.opens(now), wait.opens(now.astimezone(UTC) + later)
    # Nobody is kept waiting past the moment at which it opens for those who came before.
    assert first == second or first < now.astimezone(UTC) + later <= second


def shows(clock: time, hours: str) -> bool:
    begin, end = (time.fromisoformat(text.replace("24:00", "00:00")) for text in hours.split("-"))
    if begin < end:
        return begin <= clock < end
    return clock >= begin or clock < end


@settings(max_examples=60)
@given(st.data(), st.sampled_from(ZONES), HOURS.map("-".join))
def test_hours_are_those_that_one_finds_by_looking_at_the_clock_every_minute(data, zone, hours):
    now = data.draw(moments(zone)).astimezone(UTC).replace(second=0, microsecond=0)
    minutes = (now + n * MINUTE for n in range(3 * 1440))
    seen = (one for one in minutes if shows(one.astimezone(ZoneInfo(zone)).time(), hours))
    assert window(hours=hours, time_zone=zone).opens(now) == next(seen)


@settings(max_examples=40)
@given(st.data(), st.sampled_from(ZONES), st.sampled_from(CRONS), OPEN_FOR)
def test_times_of_cron_are_those_of_a_clock_that_has_gone_for_long(data, zone, cron, open_for):
    now = data.draw(moments(zone)).astimezone(UTC)
    wait = window(cron=cron, open_for=open_for, time_zone=zone)
    times = CronSim(cron, (now - 45 * DAY).astimezone(ZoneInfo(zone)))
    ends = ((one.astimezone(UTC), one.astimezone(UTC) + wait.open_for) for one in times)
    assert wait.opens(now) == next(max(begin, now) for begin, end in ends if end > now)
