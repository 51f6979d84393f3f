import pytest
from contract.world import ERROR_403, NOW, Refused, a_context, a_stage, shift

from local import taxi
from promotion.core.errors import Retryable

ENDPOINT = r"/onlineEndpoints/taxi-fare$"


def test_a_missing_endpoint_is_created_from_the_teams_file_once(world):
    assert world.do("ensure_endpoint", stage=a_stage()) == {"settled": False}
    assert world.settle("ensure_endpoint", stage=a_stage()) == {}
    (request,) = world.requests("PUT", ENDPOINT)
    assert request["request_body"]["tags"] == {"team": "pricing"}
    assert request["request_body"]["properties"]["authMode"] == "Key"


def test_an_endpoint_under_way_is_waited_for_and_not_asked_for_again(world):
    world.seconds(endpoint=600)
    for _ in range(3):
        assert world.do("ensure_endpoint", stage=a_stage()) == {"settled": False}
    assert len(world.requests("PUT", ENDPOINT)) == 1


def test_an_endpoint_that_exists_is_never_changed(world):
    world.serving("1")
    world.forget_requests()
    receipt = world.do("ensure_endpoint", stage=a_stage("2"))
    assert receipt["traffic"] == {"taxi-model-1": 100}
    assert world.requests("PUT") == []


def test_traffic_that_the_file_names_is_left_out_because_nothing_stands_yet(world):
    stage = a_stage(endpoint_yaml=a_stage().endpoint_yaml + "traffic: {blue: 100}\n")
    world.settle("ensure_endpoint", stage=stage)
    (request,) = world.requests("PUT", ENDPOINT)
    assert request["request_body"]["properties"]["traffic"] == {}


def test_an_endpoint_that_azure_could_not_make_gives_azures_reason(world):
    world.fault("PUT", ENDPOINT, operation={"code": "BadArgument", "message": "Name is taken."})
    with pytest.raises(Refused, match=r"The endpoint taxi-fare failed: Name is taken\."):
        world.settle("ensure_endpoint", stage=a_stage())


def test_a_file_that_is_no_endpoint_is_refused_with_what_is_wrong(world):
    stage = a_stage(endpoint_yaml="name: taxi-fare\nauth_mode: magic\n")
    with pytest.raises(
        Refused, match="The endpoint's file cannot be used: auth_mode: 'magic' is not"
    ):
        world.do("ensure_endpoint", stage=stage)


def test_a_missing_permission_names_the_role(world):
    world.fault("PUT", ENDPOINT, answer=ERROR_403)
    with pytest.raises(Refused) as refused:
        world.do("ensure_endpoint", stage=a_stage())
    assert "AzureML Data Scientist on the target workspace" in refused.value.failure.remedy


# -- traffic


def test_traffic_is_written_once_and_read_back(world):
    stage = world.standing("1")
    world.forget_requests()
    order = shift(stage, {})
    written = {"settled": False, "written": True}
    assert world.do("shift_traffic", stage=stage, **order) == written
    receipt = world.do("shift_traffic", stage=stage, **order, written=True)
    assert receipt["traffic"] == {"taxi-model-1": 100}
    assert len(world.requests("PUT", ENDPOINT)) == 1


def test_writing_traffic_keeps_everything_else_of_the_endpoint(world):
    stage = world.standing("1")
    before = world.endpoint()
    before["tags"] |= {"cost-center": "42", "hold": "no"}
    before["properties"]["description"] = "Somebody's words"
    world.put_endpoint(before)
    world.settle("shift_traffic", stage=stage, **shift(stage, {}))
    after = world.endpoint()
    assert after["tags"] == {"team": "pricing", "cost-center": "42", "hold": "no"}
    for kept in ("description", "authMode", "publicNetworkAccess", "mirrorTraffic"):
        assert after["properties"][kept] == before["properties"][kept]
    assert after["identity"]["type"] == before["identity"]["type"]


def test_traffic_that_somebody_else_changed_is_left_alone(world):
    world.serving("1")
    second, third = world.standing("2"), world.standing("3")
    world.settle("shift_traffic", stage=third, **shift(third, {"taxi-model-1": 100}))
    world.forget_requests()
    with pytest.raises(Refused, match="Somebody else changed the traffic") as refused:
        world.do("shift_traffic", stage=second, **shift(second, {"taxi-model-1": 100}))
    assert "100 % taxi-model-3" in refused.value.failure.reason
    assert world.requests("PUT") == []


def test_an_update_under_way_is_waited_for(world):
    stage = world.standing("1")
    world.seconds(traffic=600)
    for _ in range(3):
        assert world.do("shift_traffic", stage=stage, **shift(stage, {}))["settled"] is False
    assert len(world.requests("PUT", ENDPOINT)) == 2  # its creation, and one write


def test_a_write_whose_answer_was_lost_is_found_again(world):
    stage = world.standing("1")
    world.fault("PUT", ENDPOINT, drop="after", times=4)
    with pytest.raises(Retryable):
        world.do("shift_traffic", stage=stage, **shift(stage, {}))
    receipt = world.settle("shift_traffic", stage=stage, **shift(stage, {}))
    assert receipt["traffic"] == {"taxi-model-1": 100}


def test_a_409_while_azure_is_updating_is_tried_again_later(world):
    stage = world.standing("1")
    busy = {"status": 409, "body": {"error": {"code": "Conflict", "message": "Updating"}}}
    world.fault("PUT", ENDPOINT, answer=busy)
    with pytest.raises(Retryable, match="Updating"):
        world.do("shift_traffic", stage=stage, **shift(stage, {}))
    assert world.settle("shift_traffic", stage=stage, **shift(stage, {}))["traffic"]


# -- undo and retirement


def test_undo_gives_the_traffic_back_and_removes_only_the_new_deployment(world):
    world.serving("1")
    second = world.serving("2", taxi.BETTER)
    world.settle("undo", stage=second, restore={"taxi-model-1": 100})
    assert world.deployments() == ["taxi-model-1"]
    assert world.endpoint()["properties"]["traffic"] == {"taxi-model-1": 100}
    assert world.audit()[-1]["Properties"]["after"] == '{"taxi-model-1": 100}'
    live = world.http.get("/_emulator/traffic").json()["endpoints"].popitem()[1]
    assert all(sum(state["traffic"].values()) in (0, 100) for state in live)


def test_undo_of_a_deployment_without_traffic_leaves_the_traffic_alone(world):
    world.serving("1")
    second = world.standing("2")
    world.forget_requests()
    world.settle("undo", stage=second, restore={"taxi-model-1": 100})
    assert world.requests("PUT") == []
    assert world.deployments() == ["taxi-model-1"]


def test_undo_twice_is_undo_once(world):
    second = world.standing("2")
    world.settle("undo", stage=second, restore={})
    assert world.do("undo", stage=second, restore={}) == {}


def test_undo_waits_for_a_deployment_that_azure_still_works_on(world):
    world.settle("ensure_endpoint", stage=a_stage())
    model = world.register()
    asset_id = world.copied(model)
    world.seconds(deployment=600)
    world.do("create_deployment", stage=a_stage(), asset_id=asset_id)
    assert world.do("undo", stage=a_stage(), restore={}) == {"settled": False}
    assert world.requests("DELETE") == []


def test_undo_never_removes_what_served_before(world):
    stage = world.serving("1")
    world.forget_requests()
    assert world.do("undo", stage=stage, restore={"taxi-model-1": 100}) == {}
    assert {request["method"] for request in world.requests()} == {"GET"}


def test_undo_restores_weights_that_were_shared(world):
    world.serving("1")
    second = world.standing("2", taxi.BETTER)
    before = {"taxi-model-1": 90, "taxi-model-2": 10}
    endpoint = world.endpoint()
    endpoint["properties"]["traffic"] = before
    world.put_endpoint(endpoint)
    world.settle("shift_traffic", stage=second, **shift(second, before))
    world.settle("undo", stage=second, restore=before)
    assert world.endpoint()["properties"]["traffic"] == before
    assert world.deployments() == ["taxi-model-1", "taxi-model-2"]


def test_undo_takes_back_any_step_of_the_rollout_and_only_those(world):
    world.serving("1")
    second = world.standing("2", taxi.BETTER)
    live, step = {"taxi-model-1": 100}, {"taxi-model-1": 75, "taxi-model-2": 25}
    world.settle("shift_traffic", stage=second, expected=live, wanted=step, started_at=NOW)
    with pytest.raises(Refused, match="Somebody else changed the traffic"):
        world.do("undo", stage=second, restore=live, ours=[])
    world.settle("undo", stage=second, restore=live, ours=[step], present=step)
    assert world.endpoint()["properties"]["traffic"] == live
    assert world.deployments() == ["taxi-model-1"]
    assert world.audit()[-1]["Properties"]["before"] == '{"taxi-model-1": 75, "taxi-model-2": 25}'


def test_traffic_that_somebody_else_took_is_not_told_to_be_back(world):
    world.serving("1")
    second = world.standing("2", taxi.BETTER)
    third = world.standing("3")
    world.settle("shift_traffic", stage=third, **shift(third, {"taxi-model-1": 100}))
    before = len(world.audit())
    step = {"taxi-model-1": 75, "taxi-model-2": 25}
    order = {"restore": {"taxi-model-1": 100}, "ours": [step], "present": step, "shifted": True}
    world.settle("undo", stage=second, **order)
    assert len(world.audit()) == before
    assert world.endpoint()["properties"]["traffic"] == {"taxi-model-3": 100}
    assert world.deployments() == ["taxi-model-1", "taxi-model-3"]


def test_undo_may_leave_the_deployment_to_be_looked_at(world):
    world.serving("1")
    second = world.serving("2", taxi.BETTER)
    world.settle("undo", stage=second, restore={"taxi-model-1": 100}, keep=True)
    assert world.endpoint()["properties"]["traffic"] == {"taxi-model-1": 100}
    assert world.deployments() == ["taxi-model-1", "taxi-model-2"]


def test_undo_leaves_what_somebody_else_deployed(world):
    second = world.standing("2")
    other = a_context(promotion_id="another-promotion")
    assert world.do("undo", context=other, stage=second, restore={}) == {}
    assert world.deployments() == ["taxi-model-2"]


def test_a_failed_write_of_the_traffic_is_told_and_can_be_undone(world):
    world.serving("1")
    second = world.standing("2", taxi.BETTER)
    broken = {"code": "InternalServerError", "message": "Router is down."}
    world.fault("PUT", ENDPOINT, operation=broken)
    with pytest.raises(Refused, match="Router is down"):
        world.settle("shift_traffic", stage=second, **shift(second, {"taxi-model-1": 100}))
    world.settle("undo", stage=second, restore={"taxi-model-1": 100})
    assert world.deployments() == ["taxi-model-1"]


def test_an_endpoint_whose_last_update_failed_is_mended_by_the_next_rollout(world):
    world.serving("1")
    second = world.standing("2", taxi.BETTER)
    world.fault("PUT", ENDPOINT, operation={"code": "Oops", "message": "Router is down."})
    before = shift(second, {"taxi-model-1": 100})
    with pytest.raises(Refused):
        world.settle("shift_traffic", stage=second, **before)
    receipt = world.do("ensure_endpoint", stage=second)
    assert receipt["traffic"] == {"taxi-model-1": 100}
    world.settle("shift_traffic", stage=second, **before)
    assert world.endpoint()["properties"]["provisioningState"] == "Succeeded"


def test_the_versions_that_serve_are_known_from_their_tags(world):
    world.serving("1")
    receipt = world.do("ensure_endpoint", stage=a_stage("2"))
    assert receipt["serving"] == {"taxi-model-1": "1"}


def test_a_failure_that_azure_has_forgotten_is_still_a_failure(world):
    world.fault("PUT", ENDPOINT, operation={"code": "BadArgument", "message": "No."})
    world.do("ensure_endpoint", stage=a_stage())
    world.fault("GET", r"/mfeOperationsStatus/", answer={"status": 404, "body": {}}, times=50)
    with pytest.raises(Refused, match="Azure gives no reason"):
        world.settle("ensure_endpoint", stage=a_stage())


def test_a_retired_deployment_is_removed_and_recorded_once(world):
    world.serving("1")
    second = world.serving("2", taxi.BETTER)
    for _ in range(2):
        world.settle("retire_deployment", stage=second, previous="taxi-model-1")
    assert world.deployments() == ["taxi-model-2"]
    records = {r["Properties"]["record_id"] for r in world.audit() if "retired" in r["Name"]}
    assert len(records) == 1


def test_a_deployment_that_serves_again_is_not_retired(world):
    world.serving("1")
    second = world.standing("2")
    receipt = world.do("retire_deployment", stage=second, previous="taxi-model-1")
    assert receipt["kept"] == "taxi-model-1 has 100 % of the traffic again"
    assert world.deployments() == ["taxi-model-1", "taxi-model-2"]


def test_a_deployment_that_others_made_is_never_retired(world):
    world.serving("1")
    second = world.serving("2", taxi.BETTER)
    world.untag("onlineEndpoints/taxi-fare/deployments/taxi-model-1", "promotion.id")
    for _ in range(2):
        receipt = world.do("retire_deployment", stage=second, previous="taxi-model-1")
    assert "was not made by this service" in receipt["kept"]
    assert world.deployments() == ["taxi-model-1", "taxi-model-2"]
    records = {r["Properties"]["record_id"] for r in world.audit() if r["Name"] == "promotion.kept"}
    assert len(records) == 1


def test_the_shift_is_recorded_with_both_distributions(world):
    world.serving("1")
    (row,) = [r for r in world.audit() if r["Name"] == "promotion.traffic_shifted"]
    assert row["Properties"]["after"] == '{"taxi-model-1": 100}'
    assert row["Measurements"]["traffic"] == 100
    assert row["Properties"]["stage"] == "prod"
