"""Registries: discovery, copies from workspaces, versions of their own."""

from standin_client import REGISTRY, Client, registry_path, workspace_id

MODEL = f"{registry_path()}/models/taxi"
OTHER = "azureml://locations/eastus2/workspaces/nobody/models/taxi/versions/1"


def test_discovery_says_who_owns_the_registry_and_where_it_answers(client: Client) -> None:
    found = client.get(f"/registrymanagement/v1.0/registries/{REGISTRY}/discovery").json()

    assert found["primaryRegionResourceProviderUri"] == f"{client.azure.url}/"
    assert found["workspaceName"] is None
    assert found["registryName"] == REGISTRY


def test_an_import_is_accepted_with_null_and_a_location(client: Client) -> None:
    client.register()

    reply = client.import_model()

    assert (reply.status_code, reply.text) == (202, "null")
    assert "/assetstore/v1.0/operations/" in reply.headers["location"]
    assert reply.headers["x-ms-async-operation-timeout"] == "PT1H"
    assert not {"azure-asyncoperation", "retry-after"} & set(reply.headers)


def test_an_import_is_202_without_a_body_until_it_ends_with_204(client: Client) -> None:
    client.register()
    client.clock(1000, "import")
    operation = client.import_model().headers["location"]

    under_way = client.get(operation)
    client.azure.cloud.store.operations.now = lambda: 1e12
    done = client.get(operation)

    assert (under_way.status_code, under_way.content) == (202, b"")
    assert (done.status_code, done.content) == (204, b"")


def test_a_copy_carries_tags_along_and_says_where_it_came_from(client: Client) -> None:
    source = client.register(tags={"owner": "anna"}).json()
    guid = client.get(workspace_id()).json()["properties"]["workspaceId"]
    client.import_model(version="7")

    copy = client.get(f"{MODEL}/versions/7").json()

    origin = f"azureml://locations/eastus2/workspaces/{guid}/models/taxi/versions/1"
    assert copy["properties"]["originAssetId"] == origin
    assert copy["properties"]["tags"] == {"owner": "anna"}
    assert copy["properties"]["flavors"] == source["properties"]["flavors"]


def test_a_copy_does_not_change_when_its_source_does(client: Client) -> None:
    client.register(tags={"owner": "anna"})
    client.import_model()
    client.get(f"{MODEL}/versions/1")

    client.register(tags={"owner": "bert"})

    copy = client.get(f"{MODEL}/versions/1").json()
    assert copy["properties"]["tags"] == {"owner": "anna"}


def test_a_registry_model_is_called_by_its_name_not_by_its_version(client: Client) -> None:
    client.register()
    client.import_model()

    found = client.get(f"{MODEL}/versions/1").json()

    assert (found["name"], found["type"]) == ("taxi", "models")
    assert found["id"] == "azureml://registries/shared/models/taxi/versions/1"


def test_successive_reads_name_different_storage_accounts(client: Client) -> None:
    client.register()
    client.import_model()

    uris = {client.get(f"{MODEL}/versions/1").json()["properties"]["modelUri"] for _ in range(4)}

    assert len(uris) == 2


def test_an_import_of_a_version_that_is_there_or_on_its_way_is_409(client: Client) -> None:
    client.register()
    client.clock(1000, "import")
    client.import_model()

    on_its_way = client.import_model()
    client.azure.cloud.store.operations.now = lambda: 1e12
    there = client.import_model()

    assert (on_its_way.status_code, there.status_code) == (409, 409)


def test_an_import_of_what_does_not_exist_is_404(client: Client) -> None:
    client.register()
    body = {"properties": {"referenceType": "Id", "sourceAssetId": OTHER}}

    assert client.import_model(source="99").status_code == 404
    assert client.post(f"{registry_path()}/import", body).status_code == 404


def test_a_failed_import_leaves_nothing_behind(client: Client) -> None:
    client.register()
    client.fault("/import$", operation={"code": "StorageError", "message": "no access"})

    operation = client.import_model().headers["location"]

    failed = client.get(operation)
    assert failed.status_code == 400
    assert failed.json()["error"]["code"] == "StorageError"
    assert client.get(f"{MODEL}/versions/1").status_code == 404
    assert client.import_model().status_code == 202


def test_a_deleted_version_can_never_be_made_again(client: Client) -> None:
    client.register()
    client.import_model()
    assert client.delete(f"{MODEL}/versions/1").status_code == 202
    assert client.get(f"{MODEL}/versions/1").status_code == 404

    assert client.import_model().status_code == 409
    uri = f"{client.azure.url}/blobs/a/container/model"
    again = client.put(f"{MODEL}/versions/1", {"properties": {"modelUri": uri}})
    assert again.status_code == 409


def test_an_unknown_model_has_an_empty_list_of_versions_or_none_at_all(client: Client) -> None:
    empty = client.get(f"{MODEL}/versions")
    client.put("/_emulator/behaviour", {"unknown_registry_versions_list": 404})
    none = client.get(f"{MODEL}/versions")

    assert (empty.status_code, empty.json()) == (200, {"value": []})
    assert none.status_code == 404


def test_a_model_made_in_the_registry_ends_200_with_its_id(client: Client) -> None:
    uri = f"{client.azure.url}/blobs/a/container/model"
    made = client.put(f"{MODEL}/versions/1", {"properties": {"modelUri": uri, "tags": {"a": "b"}}})

    done = client.get(made.headers["location"])

    assert (made.status_code, made.text) == (202, "null")
    assert done.json() == {"assetId": "azureml://registries/shared/models/taxi/versions/1"}
    found = client.get(f"{MODEL}/versions/1").json()["properties"]
    assert (found["originAssetId"], found["jobName"]) == (None, None)


def test_a_change_of_tags_does_not_make_a_version_the_latest(client: Client) -> None:
    for version in ("1", "2"):
        client.register(version)
        client.import_model(version, source=version)
    client.put(f"{MODEL}/versions/1", {"properties": {"tags": {"stage": "prod"}}})

    latest = client.get(f"{MODEL}/versions?$top=1").json()["value"][0]["id"]

    assert latest.endswith("/2")
    assert client.get(f"{MODEL}/versions/1").json()["properties"]["tags"] == {"stage": "prod"}


def test_an_environment_made_in_the_registry_ends_200_empty_at_a_path_of_its_own(
    client: Client,
) -> None:
    path = f"{registry_path()}/environments/sklearn/versions/1"
    made = client.put(path, {"properties": {"image": "i", "condaFile": "name: e\n"}})

    done = client.get(made.headers["location"])

    location = made.headers["location"]
    assert location.endswith("/environment/v1.0/operations/shared_sklearn_1_1")
    assert (done.status_code, done.content) == (200, b"")
    found = client.get(path).json()
    assert (found["name"], found["type"]) == ("1", "environments")
    assert found["properties"]["condaFile"] == '{\n  "name": "e"\n}'


def test_the_upload_address_of_a_version_that_exists_is_409(client: Client) -> None:
    client.register()
    path = f"{registry_path()}/tempdatarefs/taxi/versions/1"
    body = {"assetId": "azureml://registries/shared/models/taxi/versions/1"}
    before = client.put(path, body)
    client.import_model()

    assert "sasUri" in before.json()["blobReferenceForConsumption"]["credential"]
    assert client.put(path, body).status_code == 409


def test_registering_in_a_registry_is_no_event(client: Client) -> None:
    client.register()
    client.import_model()
    client.get(f"{MODEL}/versions/1")

    assert len(client.get("/_emulator/events").json()["events"]) == 1
