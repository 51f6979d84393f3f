import time

import pytest
from contract.world import DEV, ERROR_403, NOW, PROD, Refused, World, a_context

from local import taxi
from promotion.azureml import access
from promotion.core.errors import Retryable

REGISTRY = {"source": DEV, "registry": taxi.REGISTRY, "started_at": NOW}
IMPORT = r"/import$"
VERSION = r"/registries/.*/models/.*/versions/1$"


def copy(world: World, **order):
    return world.do("copy_to_registry", **REGISTRY, **order)


def test_exactly_that_version_arrives_in_the_registry(world):
    model = world.register()
    world.register("2")
    assert world.copied(model) == model.in_registry(taxi.REGISTRY)
    (request,) = world.requests("POST", IMPORT)
    assert request["request_body"]["properties"]["sourceAssetId"].endswith(
        "/models/taxi-model/versions/1"
    )


def test_we_send_the_import_that_models_share_sends(world):
    def sent() -> tuple:
        (request,) = world.requests("POST", IMPORT)
        return request["path"], request["query"], request["request_body"]

    model = world.register()
    world.forget_requests()
    world.copied(model)
    ours = sent()
    world.http.post("/_emulator/reset")
    world.register()
    world.forget_requests()
    access.workspace_client(DEV).models.share(
        model.name,
        model.version,
        share_with_name=model.name,
        share_with_version=model.version,
        registry_name=taxi.REGISTRY,
    )
    assert ours == sent()


def test_a_copy_that_takes_45_minutes_is_started_and_left_alone(world):
    world.register()
    world.seconds(**{"import": 45 * 60})
    started = time.monotonic()
    first = copy(world)
    again = copy(world, operation=first["operation"])
    assert first["settled"] is again["settled"] is False
    assert time.monotonic() - started < 5
    assert len(world.requests("POST", IMPORT)) == 1


def test_a_version_that_was_copied_before_counts_as_done(world):
    model = world.register()
    world.copied(model)
    world.forget_requests()
    assert copy(world)["asset_id"] == model.in_registry(taxi.REGISTRY)
    assert world.requests("POST") == []


def test_a_version_from_elsewhere_is_never_served_in_its_place(world):
    world.http.post("/_emulator/seed", json={"jobs": [taxi.GOOD.seed() | {"workspace": PROD.name}]})
    world.register(source=PROD)
    world.settle("copy_to_registry", **REGISTRY | {"source": PROD})
    world.register()
    with pytest.raises(Refused, match="already has taxi-model:1, but it came from") as refused:
        copy(world)
    assert refused.value.failure.code == "OriginMismatch"


@pytest.mark.parametrize("status", [200, 404])
def test_a_name_that_is_new_to_the_registry_is_copied_whatever_its_list_answers(world, status):
    world.http.put("/_emulator/behaviour", json={"unknown_registry_versions_list": status})
    assert world.copied(world.register())


def test_an_import_that_somebody_else_started_is_waited_for(world):
    model = world.register()
    conflict = {"status": 409, "body": {"error": {"code": "UserError", "message": "Exists."}}}
    world.fault("POST", IMPORT, answer=conflict)
    assert copy(world) == {"settled": False, "note": "Exists."}
    assert world.copied(model)


def test_an_import_whose_answer_was_lost_is_found_again(world):
    model = world.register()
    # Azure-core repeats a request whose answer is lost: all of its tries are lost here.
    world.fault("POST", IMPORT, drop="after", times=4)
    with pytest.raises(Retryable):
        copy(world)
    assert world.copied(model)


def test_a_failed_import_says_what_azure_said(world):
    world.register()
    world.fault(
        "POST", IMPORT, operation={"code": "StorageError", "message": "The storage is private."}
    )
    with pytest.raises(Refused, match="The storage is private"):
        world.settle("copy_to_registry", **REGISTRY)


def test_an_import_that_azure_has_forgotten_is_looked_up_in_the_registry(world):
    model = world.register()
    world.copied(model)
    url = str(world.http.base_url.join("/assetstore/v1.0/operations/long-gone"))
    assert copy(world, operation=url)["asset_id"]


@pytest.mark.parametrize(("method", "path"), [("POST", IMPORT), ("GET", VERSION)])
def test_a_missing_permission_names_the_role(world, method, path):
    world.register()
    world.fault(method, path, answer=ERROR_403)
    with pytest.raises(Refused) as refused:
        copy(world)
    assert "AzureML Registry User" in refused.value.failure.remedy


def test_a_registry_that_does_not_exist_is_said(world):
    world.register()
    with pytest.raises(Refused, match="no-such-registry"):
        world.do("copy_to_registry", **REGISTRY | {"registry": "no-such-registry"})


def test_the_copy_is_recorded_with_its_duration(world):
    world.copied(world.register())
    (row,) = [row for row in world.audit() if row["Name"] == "promotion.copied"]
    assert row["Properties"]["registry"] == taxi.REGISTRY
    assert row["Measurements"]["duration_ms"] > 0
    assert row["Properties"]["promotion_id"] == a_context().promotion_id
