"""Holds and rollbacks by hand, as Azure sees them."""

import pytest
from contract.world import DEV, NOW, PROD, World, shift

from promotion.core.going_back import Route, Scene, way_back
from promotion.core.marks import HOLD
from promotion.core.naming import Models
from promotion.core.references import ModelVersion
from promotion.core.steps.operations import Place, Rollback
from promotion.triggers.dispatch import carry_out

ENDPOINT = "/onlineEndpoints/taxi-fare"
ROUTE = Route(name="taxi", models=Models(wanted=("taxi-*",)), registry="mlops-registry")
PLACE = Place(guard="g", route="taxi", stage="prod", resource=f"{PROD.arm_id}{ENDPOINT}")


def mark(world: World, *, held: bool, place: Place = PLACE, reason: str = "Complaints.") -> str:
    """The tag of the endpoint once it is marked."""
    order = {"place": place.to_json(), "held": held, "by": "ada", "reason": reason}
    order["at"] = NOW
    for _ in range(10):
        if carry_out("mark_hold", order).get("settled", True):
            break
    return str(world.endpoint()["tags"].get(HOLD))


def scene(stage) -> Scene:
    receipt = carry_out("look_at_scene", {"target": stage.target.to_json()})
    return Scene.model_validate(receipt["scene"])


def test_a_hold_is_seen_as_a_tag_of_the_endpoint_and_nothing_else_changes(world):
    world.serving("1")
    before = world.endpoint()
    assert mark(world, held=True) == "held by ada at 2026-03-02T12:00Z: Complaints."
    after = world.endpoint()
    assert after["properties"]["traffic"] == before["properties"]["traffic"]
    assert after["tags"] == before["tags"] | {HOLD: after["tags"][HOLD]}


def test_marking_again_asks_for_nothing_new(world):
    world.serving("1")
    mark(world, held=True)
    world.forget_requests()
    mark(world, held=True)
    assert world.requests("PATCH") == []


def test_letting_go_says_who_did(world):
    world.serving("1")
    mark(world, held=True)
    assert mark(world, held=False).startswith("resumed by ada")
    assert [row["Name"] for row in world.audit()][-1] == "promotion.resumed"


def test_a_long_reason_fits_into_a_tag(world):
    world.serving("1")
    assert len(mark(world, held=True, reason="x" * 500)) == 256
    assert "x" * 500 in world.audit()[-1]["Properties"]["reason"]


@pytest.mark.parametrize("resource", [PLACE.resource, None])
def test_where_there_is_no_endpoint_the_record_is_all(world, resource):
    place = PLACE.model_copy(update={"resource": resource})
    order = {"place": place.to_json(), "held": True, "by": "ada", "reason": "r"}
    assert carry_out("mark_hold", order | {"at": NOW}) == {}
    assert world.audit()[-1]["Properties"]["actor"] == "ada"


def test_the_traffic_writer_marks_what_served_before_and_undo_restores_it(world):
    world.serving("1")
    stage = world.standing("2")
    before = {"taxi-model-1": 100}
    marks = {"promotion.previous": "taxi-model-1", "promotion.previous_version": "1"}
    world.settle("shift_traffic", stage=stage, **shift(stage, before), marks=marks)
    assert scene(stage).marks == marks
    world.settle("undo", stage=stage, restore=before, ours=[{"taxi-model-2": 100}], marks={})
    assert scene(stage).marks == {}


def test_a_way_back_is_found_in_what_the_endpoint_says(world):
    world.serving("1")
    world.serving("2")
    found = scene(world.standing("3"))
    assert found.traffic == {"taxi-model-2": 100}
    assert set(found.standing) == {"taxi-model-1", "taxi-model-2", "taxi-model-3"}
    way = way_back(found, ROUTE, "1")
    assert (way.deployment, way.stands) == ("taxi-model-1", True)
    assert way.model == ModelVersion(name="taxi-model", version="1")


def test_an_endpoint_that_is_not_there_has_nothing_to_go_back_to(world):
    stage = world.standing("1")
    nowhere = stage.target.model_copy(update={"endpoint": "nowhere"})
    assert carry_out("look_at_scene", {"target": nowhere.to_json()}) == {"scene": {}}


def test_the_record_of_a_rollback_belongs_to_the_promotion_that_went_out_of_service(world):
    world.serving("1")
    stage = world.serving("2")
    found = scene(stage)
    rollback = Rollback(
        id="rollback-1",
        place=PLACE,
        by="ada",
        reason="complaints",
        about=ROUTE,
        sources={"dev": DEV},
        stage=stage,
    )
    order = {
        "rollback": rollback.to_json(whole=True),
        "scene": found.to_json(),
        "way": way_back(found, ROUTE, "1").to_json(),
        "at": NOW,
    }
    carry_out("record_rollback", order)
    told = world.audit()[-1]
    assert told["Name"] == "promotion.rolled_back"
    assert told["Properties"]["version"] == "2"
    assert told["Properties"]["serves"] == "taxi-model:1"
    assert told["Properties"]["reason"] == "Rolled back by ada: complaints"
