"""GET /promotions: where each one is, as its stages and their deliveries show it."""

from datetime import UTC, datetime

import pytest
from unit.api.builders import FakeEngine, a_person, an_instance, ask, told
from unit.builders import NOON

from promotion.core.names import child_id
from promotion.core.status import Status

BUSY = {"status": "deploying"}
HELD = {"status": "waiting", "waiting_for": "hold"}
APPROVAL = {"status": "waiting", "waiting_for": "approval"}


def stage(name, shown, delivery=None, **known):
    """A stage of the promotion p, and its delivery if that has begun."""
    own = {"promotion": "p", "stage": name}
    yield an_instance(child_id("p", name), name="stage", shown=own | shown)
    if delivery is not None:
        id = child_id("p", name, "delivery")
        yield an_instance(id, name="deliver", shown=own | delivery, **known)


def listed(*instances):
    engine = FakeEngine(an_instance("p", shown=BUSY), *instances)
    query = {"since": NOON.isoformat()}
    reply = ask("GET", "promotions", who=a_person("Promotion.Viewer"), query=query, engine=engine)
    (one,) = told(reply)["promotions"]
    return one["status"], one["waiting_for"]


def test_a_delivery_that_a_hold_has_parked_is_listed_as_waiting_for_it():
    assert listed(*stage("prod", BUSY, HELD)) == ("waiting", ["hold"])


def test_a_promotion_of_which_one_stage_still_moves_is_not_listed_as_waiting():
    both = (*stage("eu", BUSY, HELD), *stage("us", BUSY, {"status": "shifting"}))
    assert listed(*both) == ("deploying", ["hold"])


def test_a_promotion_waits_for_everything_that_its_stages_and_deliveries_wait_for():
    assert listed(*stage("eu", BUSY, HELD), *stage("us", APPROVAL)) == (
        "waiting",
        ["approval", "hold"],
    )


@pytest.mark.parametrize("runtime", ["completed", "failed", "terminated"])
def test_a_delivery_that_has_ended_says_nothing_any_more(runtime):
    assert listed(*stage("prod", BUSY, HELD, runtime=runtime)) == ("deploying", [])


def test_a_delivery_of_a_rollback_is_not_that_of_the_stage():
    own = {"promotion": "p", "stage": "prod"}
    back = an_instance("rollback-1--delivery", name="deliver", shown=own | HELD)
    assert listed(*stage("prod", BUSY), back) == ("deploying", [])


def found(*instances, **query):
    """Ids of the listed promotions."""
    engine, who = FakeEngine(*instances), a_person("Promotion.Viewer")
    reply = ask("GET", "promotions", who=who, query=query, engine=engine)
    return [one["id"] for one in told(reply)["promotions"]]


LONG_AGO = -400 * 24 * 60
"""In minutes from NOON."""
ENDS = ("rejected", "succeeded", "rolled_back", "failed", "cancelled", "superseded")


def test_an_approval_that_has_waited_for_a_year_is_still_in_the_inbox():
    asked = (
        an_instance("p", LONG_AGO, shown=BUSY),
        *stage("prod", APPROVAL),
        an_instance("ended", shown=APPROVAL, runtime="terminated"),
    )
    assert found(*asked, status="waiting") == ["p"]
    assert found(*asked, status="waiting", route="other") == []
    assert found(*asked) == []


def test_a_time_that_is_asked_for_counts_for_those_that_wait_too():
    old, new = an_instance("old", LONG_AGO, shown=APPROVAL), an_instance("new", shown=APPROVAL)
    assert found(old, new, status="waiting") == ["new", "old"]
    assert found(old, new, status="waiting", since=NOON.isoformat()) == ["new"]


@pytest.mark.parametrize("status", Status)
def test_ends_are_looked_up_for_thirty_days_and_everything_else_for_ever(status):
    ended = status in ENDS
    known = {"shown": {"status": status}, "runtime": "completed" if ended else "running"}
    new = an_instance("new", created=datetime.now(UTC), **known)
    expected = ["new"] if ended else ["new", "old"]
    assert found(an_instance("old", LONG_AGO, **known), new, status=status) == expected
