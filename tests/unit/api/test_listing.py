"""GET /promotions: where each one is, as its stages and their deliveries show it."""

import pytest
from unit.api.builders import FakeEngine, a_person, an_instance, ask, told
from unit.builders import NOON

from promotion.core.names import child_id

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
