"""How a promotion ended, as tags of the source model version."""

import json
from datetime import timedelta

import pytest
from contract.world import DEV, ERROR_403, World, a_context
from unit.builders import NOON

from local import taxi
from promotion.core.errors import Retryable
from promotion.core.notices.notice import Notice
from promotion.core.notices.occasion import Occasion
from promotion.core.steps.base import FAILED
from promotion.triggers.dispatch import carry_out

URL = f"{DEV.arm_id}/models/{taxi.MODEL}/versions/1"
VERSION = {"api-version": "2023-08-01-preview"}
REFUSED = {
    "promotion.id": "p-1",
    "promotion.status": "rejected",
    "promotion.reason": "rmse is 6.81; the policy wants at most 5.",
    "promotion.at": "2026-03-02T12:00:00Z",
}


def write_back(occasion=Occasion.REFUSED, reason=REFUSED["promotion.reason"], **known):
    given = {"id": "n-1", "context": a_context(), "source": DEV, "at": NOON} | known
    notice = Notice(occasion=occasion, reason=reason, **given)
    return carry_out("write_back", json.loads(json.dumps({"notice": notice.to_json()})))


def properties(world: World) -> dict:
    return world.http.get(URL, params=VERSION).json()["properties"]


def writes(world: World) -> int:
    return len(world.requests("PUT", "versions/1$"))


def test_the_version_says_how_it_ended_and_keeps_what_others_wrote(world):
    world.register(owner="anna", team="pricing")
    before = properties(world)
    assert write_back() == {}
    after = properties(world)
    assert after["tags"] == {"owner": "anna", "team": "pricing"} | REFUSED
    assert after | {"tags": None} == before | {"tags": None}
    (record,) = world.audit()
    assert record["Name"] == "promotion.written_back"


def test_writing_twice_is_writing_once(world):
    world.register()
    write_back()
    world.forget_requests()
    assert write_back() == {}
    assert writes(world) == 0


def test_a_later_promotion_says_what_became_of_it_then(world):
    world.register(owner="anna")
    write_back()
    later = NOON + timedelta(hours=1)
    write_back(Occasion.SUCCEEDED, "", at=later, context=a_context(promotion_id="p-2"))
    assert properties(world)["tags"] == {
        "owner": "anna",
        "promotion.id": "p-2",
        "promotion.status": "succeeded",
        "promotion.at": "2026-03-02T13:00:00Z",
    }


def test_what_comes_late_does_not_undo_what_a_later_promotion_wrote(world):
    world.register()
    write_back(Occasion.SUCCEEDED, "", at=NOON + timedelta(hours=1))
    assert write_back() == {}
    assert properties(world)["tags"]["promotion.status"] == "succeeded"


def test_a_tag_that_somebody_adds_after_the_first_look_stays(world):
    """What is added between the last read and the write cannot be kept: Azure has no ETag there."""
    world.register(owner="anna")
    found = properties(world)
    world.fault("PUT", "versions/1$", answer={"status": 503}, times=3)
    with pytest.raises(Retryable):
        write_back()
    world.http.put(URL, params=VERSION, json={"properties": found | {"tags": {"seen": "yes"}}})
    write_back()
    assert properties(world)["tags"] == {"seen": "yes"} | REFUSED


def test_a_long_reason_is_cut_to_what_a_tag_can_hold(world):
    world.register()
    write_back(reason="x" * 5_000)
    assert len(properties(world)["tags"]["promotion.reason"]) == 256


def test_tags_that_are_changed_start_no_other_promotion(world):
    world.register()
    before = world.requests(path="EventGrid|eventgrid")
    write_back()
    assert world.requests(path="EventGrid|eventgrid") == before


def test_a_missing_role_is_a_failure_with_its_remedy(world):
    world.register()
    world.fault("PUT", "versions/1$", times=9, answer=ERROR_403)
    failure = write_back()[FAILED]
    assert failure["remedy"] == (
        "Give the app's identity the role AzureML Data Scientist on the source workspace, or leave "
        "write_back off."
    )


def test_a_version_that_is_archived_stays_so(world):
    world.register()
    found = properties(world)
    world.http.put(URL, params=VERSION, json={"properties": found | {"isArchived": True}})
    assert write_back()[FAILED]["code"] == "ModelArchived"
    assert properties(world)["isArchived"] is True


def test_a_version_that_is_gone_is_not_made_anew(world):
    assert write_back()[FAILED]["code"] == "ModelGone"
    assert writes(world) == 0


def test_a_version_without_room_for_our_tags_keeps_all_of_its_own(world):
    own = {f"t{number}": "x" for number in range(48)}
    world.register(**own)
    assert write_back()[FAILED]["code"] == "TooManyTags"
    assert properties(world)["tags"] == own
