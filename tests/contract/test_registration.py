import socket

import pytest
from contract.world import DEV, ERROR_403, PROD, Refused, World, a_context

from local import taxi
from promotion.azureml import model_files
from promotion.azureml.registration_tags import MAX_TAGS, fitting

URL = f"/models/{taxi.MODEL}/versions/1"
PATH = rf"{taxi.PROD}{URL}$"


@pytest.fixture
def asset_id(world: World) -> str:
    return world.copied(world.register(owner="anna"))


@pytest.fixture
def storage(monkeypatch):
    """Names below localhost are this machine: storage accounts have hosts of their own."""
    resolve = socket.getaddrinfo

    def local(host, *rest, **more):
        host = "localhost" if str(host).endswith(".localhost") else host
        return resolve(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", local)


@pytest.fixture
def refusing(world: World, storage):
    """An Azure that takes no address of a registry."""
    world.http.put("/_emulator/behaviour", json={"models_from_registry": "refused"})
    yield
    world.http.put("/_emulator/behaviour", json={"models_from_registry": "accepted"})


def register(world: World, asset_id: str, promotion_id: str = "p-1", **order):
    context = a_context(promotion_id=promotion_id)
    return world.do(
        "register_model",
        context=context,
        **{"workspace": PROD, "asset_id": asset_id, "tags": {"reviewed": "yes"}} | order,
    )


def registered(world: World) -> dict:
    found = world.http.get(
        f"{PROD.arm_id}{URL}", params={"api-version": "2023-08-01-preview"}
    ).json()
    return found["properties"]


def put(world: World, **properties) -> None:
    """Somebody else's model of the same name and number."""
    path = "azureml://datastores/workspaceblobstore/paths/models/other"
    world.http.put(
        f"{PROD.arm_id}{URL}",
        params={"api-version": "2023-08-01-preview"},
        json={"properties": {"modelUri": path, "modelType": "custom_model"} | properties},
    )


def writes(world: World) -> int:
    return len(world.requests("PUT", PATH))


def test_the_version_is_registered_with_the_registrys_files(world, asset_id):
    receipt = register(world, asset_id)
    found = registered(world)
    assert receipt == {"model_id": f"{PROD.arm_id}{URL}", "how": "reference"}
    assert (found["modelUri"], found["modelType"]) == (asset_id, "mlflow_model")
    assert set(found["flavors"]) == {"python_function", "sklearn"}


def test_its_tags_say_where_it_came_from_beside_its_own_and_the_policys(world, asset_id):
    register(world, asset_id)
    assert registered(world)["tags"] == {
        "owner": "anna",
        "reviewed": "yes",
        "promotion.id": "p-1",
        "promotion.model": taxi.MODEL,
        "promotion.version": "1",
        "promotion.source": "dev",
        "promotion.registry_path": asset_id,
        "promotion.run": taxi.GOOD.job,
    }


def test_its_own_properties_stay_but_for_those_about_where_its_files_were(world, asset_id):
    register(world, asset_id)
    properties = registered(world)["properties"]
    assert properties["mlflow.modelSourceUri"].endswith("/artifacts/model")
    assert not any(name.startswith("azureml.") for name in properties)


def test_registering_twice_is_registering_once(world, asset_id):
    register(world, asset_id)
    world.forget_requests()
    assert register(world, asset_id)["how"] == "found"
    assert writes(world) == 0
    ids = [row["Properties"]["record_id"] for row in world.audit() if "registered" in row["Name"]]
    assert (len(ids), len(set(ids))) == (2, 1)


def test_a_later_promotion_of_the_version_adds_what_its_policy_wants(world, asset_id):
    register(world, asset_id)
    assert register(world, asset_id, "p-1-2", tags={"board": "met"})["how"] == "found"
    tags = registered(world)["tags"]
    assert (tags["board"], tags["reviewed"], tags["promotion.id"]) == ("met", "yes", "p-1")
    assert tags["promotion.run"] == taxi.GOOD.job


def test_an_archived_registration_is_brought_back(world, asset_id):
    register(world, asset_id)
    put(world, modelUri=asset_id, isArchived=True, tags=registered(world)["tags"])
    assert registered(world)["isArchived"]
    register(world, asset_id)
    assert not registered(world)["isArchived"]


def test_another_model_of_that_name_and_number_is_left_alone(world, asset_id):
    put(world, tags={"owner": "bert"})
    before = registered(world)
    with pytest.raises(Refused) as refused:
        register(world, asset_id)
    failure = refused.value.failure
    assert failure.code == "RegistrationTaken"
    assert failure.reason == (
        f"{taxi.PROD} has a model {taxi.MODEL}:1 already, and it is not the one of {asset_id}."
    )
    assert "so that it gets a version that is free there" in failure.remedy
    assert "the tag promotion.registry_path" in failure.remedy
    assert registered(world) == before


def test_a_model_that_somebody_registered_by_hand_from_the_registry_is_this_version(
    world, asset_id
):
    put(world, tags={"promotion.registry_path": asset_id, "by": "hand"})
    assert register(world, asset_id)["how"] == "found"
    tags = registered(world)["tags"]
    assert (tags["by"], tags["promotion.id"], tags["reviewed"]) == ("hand", "p-1", "yes")


def test_the_workspace_where_it_was_registered_has_it_already(world, asset_id):
    assert register(world, asset_id, workspace=DEV)["how"] == "found"


def test_where_azure_refuses_the_address_the_files_are_copied(world, asset_id, refusing):
    assert register(world, asset_id)["how"] == "copy"
    found = registered(world)
    assert "/datastores/workspaceblobstore/paths/promotion/taxi-model/1-" in found["modelUri"]
    assert found["modelUri"].endswith("/model")
    assert set(found["flavors"]) == {"python_function", "sklearn"}
    assert found["tags"]["promotion.registry_path"] == asset_id


def test_storage_that_refuses_a_file_is_told_with_the_role_that_is_missing(
    world, asset_id, refusing
):
    world.fault("PUT", "/promotion/taxi-model/", answer={"status": 403, "body": ""})
    with pytest.raises(Refused) as refused:
        register(world, asset_id)
    assert "Storage Blob Data Contributor on its storage account" in refused.value.failure.remedy


def test_a_copy_that_broke_off_goes_on_where_it_was(world, asset_id, refusing):
    world.fault("PUT", "MLmodel", answer={"status": 403, "body": ""})
    with pytest.raises(Refused):
        register(world, asset_id)
    world.forget_requests()
    assert register(world, asset_id)["how"] == "copy"
    uploaded = world.requests("PUT", "/promotion/taxi-model/")
    names = [entry["path"].rpartition("/")[2] for entry in uploaded]
    assert "MLmodel" in names
    assert len(names) == len(set(names)) < 10


def test_a_version_that_the_sdk_takes_for_a_file_is_copied(world, storage):
    model = world.register("1.2")
    order = {"workspace": PROD, "asset_id": world.copied(model)}
    assert world.do("register_model", context=a_context(model), **order)["how"] == "copy"


def test_tags_that_only_the_service_may_set_are_not_taken_over(world):
    model = world.register(**{"promotion.run": "forged", "promotion.hold": "forged", "a": "b"})
    register(world, world.copied(model), tags={})
    tags = registered(world)["tags"]
    assert (tags["promotion.run"], tags["a"]) == (taxi.GOOD.job, "b")
    assert "promotion.hold" not in tags


def test_a_copied_version_is_found_again(world, asset_id, refusing):
    register(world, asset_id)
    world.forget_requests()
    assert register(world, asset_id)["how"] == "found"
    assert writes(world) == 0


def test_a_copy_that_is_too_large_says_what_to_do(world, asset_id, refusing, monkeypatch):
    monkeypatch.setattr(model_files, "MAX_MEGABYTES", 0.0001)
    with pytest.raises(Refused) as refused:
        register(world, asset_id)
    failure = refused.value.failure
    assert failure.code == "TooLargeToCopy"
    assert "too large to be copied" in failure.reason
    assert "az ml model download" in failure.remedy
    assert writes(world) == 1  # the address that was refused


def test_a_missing_role_is_named(world, asset_id):
    world.fault("PUT", PATH, answer=ERROR_403)
    with pytest.raises(Refused) as refused:
        register(world, asset_id)
    assert "AzureML Data Scientist on the target workspace" in refused.value.failure.remedy


def test_the_record_says_how_and_where(world, asset_id):
    register(world, asset_id)
    (row,) = [row for row in world.audit() if row["Name"] == "promotion.registered"]
    told = row["Properties"]
    assert (told["workspace"], told["how"]) == (taxi.PROD, "reference")
    assert told["registry_path"] == asset_id
    assert told["model_id"] == f"{PROD.arm_id}{URL}"


def test_ours_come_first_where_azure_has_no_room_for_all_tags():
    own = {f"own-{number}": "x" for number in range(MAX_TAGS)}
    tags, left_out = fitting(own, {"promotion.id": "p-1", "own-3": "y" * 300})
    assert len(tags) == MAX_TAGS
    assert (tags["promotion.id"], tags["own-3"]) == ("p-1", "y" * 256)
    assert left_out == ("own-49",)
