"""Mirrored traffic: written as carefully as the traffic itself, and ended whatever happens."""

import pytest
from contract.world import NOW, Refused, a_smoke_test

from local import taxi

ENDPOINT = r"/onlineEndpoints/taxi-fare$"


@pytest.fixture
def stage(world):
    """Version 2 stands beside version 1, which serves."""
    world.serving("1")
    return world.standing("2", taxi.BETTER)


def mirror(world, stage, wanted: int, expected: int = 0):
    order = {"expected": expected, "wanted": wanted, "started_at": NOW}
    return world.settle("mirror_traffic", stage=stage, **order)


def mirrored(world) -> dict[str, int]:
    """Without the zeros, which say the same as nothing."""
    found = world.endpoint()["properties"]["mirrorTraffic"]
    return {name: share for name, share in found.items() if share}


def by_somebody(world, **weights: int) -> None:
    endpoint = world.endpoint()
    endpoint["properties"]["mirrorTraffic"] = {k.replace("_", "-"): v for k, v in weights.items()}
    world.put_endpoint(endpoint)
    world.endpoint()


def undo(world, stage):
    return world.settle("undo", stage=stage, restore={"taxi-model-1": 100})


def test_traffic_is_mirrored_and_everything_else_stays(world, stage):
    before = world.endpoint()
    before["tags"] |= {"cost-center": "42"}
    world.put_endpoint(before)
    mirror(world, stage, 20)
    after = world.endpoint()
    assert mirrored(world) == {"taxi-model-2": 20}
    assert after["properties"]["traffic"] == {"taxi-model-1": 100}
    assert after["tags"] == before["tags"]


def test_it_is_written_once_however_often_it_is_asked_for(world, stage):
    world.forget_requests()
    for _ in range(2):
        mirror(world, stage, 20)
    assert len(world.requests("PUT", ENDPOINT)) == 1


def test_a_mirror_ends_and_the_traffic_may_come(world, stage):
    mirror(world, stage, 20)
    mirror(world, stage, 0, expected=20)
    assert mirrored(world) == {}
    order = {"expected": {"taxi-model-1": 100}, "wanted": {"taxi-model-2": 100}}
    world.settle("shift_traffic", stage=stage, **order, started_at=NOW)


def test_both_are_recorded(world, stage):
    mirror(world, stage, 20)
    mirror(world, stage, 0, expected=20)
    rows = [row for row in world.audit() if row["Name"] == "promotion.traffic_mirrored"]
    assert [row["Measurements"]["mirrored"] for row in rows] == [20, 0]


@pytest.mark.parametrize("wanted", [20, 0])
def test_a_mirror_that_somebody_else_changed_is_left_alone(world, stage, wanted):
    by_somebody(world, taxi_model_2=33)
    with pytest.raises(Refused, match=r"Somebody else changed what .* it is 33 % taxi-model-2"):
        mirror(world, stage, wanted, expected=0 if wanted else 20)
    assert mirrored(world) == {"taxi-model-2": 33}


def test_a_mirror_to_another_deployment_is_left_alone(world, stage):
    world.standing("3")
    by_somebody(world, taxi_model_3=10)
    with pytest.raises(Refused, match="Somebody else changed"):
        mirror(world, stage, 20)
    undo(world, stage)
    assert mirrored(world) == {"taxi-model-3": 10}


def test_a_mirror_that_azure_could_not_write_gives_azures_reason(world, stage):
    world.fault("PUT", ENDPOINT, operation={"code": "InternalServerError", "message": "Oh."})
    with pytest.raises(Refused, match=r"Oh\."):
        mirror(world, stage, 20)
    assert mirrored(world) == {}


def test_undoing_ends_the_mirror_before_the_deployment_goes(world, stage):
    mirror(world, stage, 20)
    undo(world, stage)
    assert mirrored(world) == {}
    rows = [row for row in world.audit() if row["Name"] == "promotion.traffic_mirrored"]
    assert rows[-1]["Properties"]["reason"] == "The rollout is taken back."
    assert world.endpoint()["properties"]["traffic"] == {"taxi-model-1": 100}


def test_undoing_finds_a_mirror_that_was_written_by_a_call_that_never_returned(world, stage):
    world.seconds(traffic=600)
    order = {"expected": 0, "wanted": 20, "started_at": NOW}
    assert world.do("mirror_traffic", stage=stage, **order)["settled"] is False
    assert world.do("undo", stage=stage, restore={"taxi-model-1": 100})["settled"] is False
    assert len(world.requests("PUT", ENDPOINT)) == 2 + 1  # made, version 1, mirror


def test_requests_reach_the_shadow_and_azure_monitor_counts_them(world, stage):
    mirror(world, stage, 50)
    keys = world.http.post(
        f"{stage.target.workspace.arm_id}/onlineEndpoints/taxi-fare/listKeys",
        params={"api-version": "2022-02-01-preview"},
    ).json()
    for _ in range(4):
        world.http.post(
            world.endpoint()["properties"]["scoringUri"],
            content=a_smoke_test().samples[0].request,
            headers={"Authorization": f"Bearer {keys['primaryKey']}"},
        )
    metrics = world.http.get(
        f"{stage.target.workspace.arm_id}/onlineEndpoints/taxi-fare/providers/"
        "microsoft.insights/metrics",
        params={
            "api-version": "2024-02-01",
            "metricnames": "RequestsPerMinute",
            "$filter": "deployment eq 'taxi-model-2'",
        },
    ).json()
    (series,) = metrics["value"][0]["timeseries"]
    assert sum(point.get("average", 0) for point in series["data"]) == 2
