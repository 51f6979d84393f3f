"""Data assets in a registry, and models that a workspace takes from one."""

from typing import Any

import httpx
from standin_client import REGISTRY, Client, a_model, registry_path, workspace_id

DATA = f"{workspace_id()}/data/rides/versions/3"
SHARED = f"{registry_path()}/data/rides/versions/3"
SCORED = {"input_data": [[10, 4]]}


def a_folder(client: Client, **tags: str) -> None:
    guid = client.get(workspace_id()).json()["properties"]["workspaceId"]
    client.send("PUT", f"/_emulator/blobs/azureml-blobstore-{guid}/rides/a.csv", content=b"km\n1\n")
    uri = "azureml://datastores/workspaceblobstore/paths/rides"
    body = {"properties": {"dataType": "uri_folder", "dataUri": uri, "tags": tags}}
    assert client.put(DATA, body).status_code == 201


def share(client: Client) -> httpx.Response:
    guid = client.get(workspace_id()).json()["properties"]["workspaceId"]
    source = f"azureml://locations/eastus2/workspaces/{guid}/data/rides/versions/3"
    return client.post(f"{registry_path()}/import", {"properties": {"sourceAssetId": source}})


def test_data_is_imported_with_its_files(client: Client) -> None:
    a_folder(client, team="taxi")

    reply = share(client)

    assert reply.status_code == 202
    assert client.get(reply.headers["location"]).status_code == 204
    found = client.get(SHARED).json()
    assert (found["id"], found["name"]) == (
        f"azureml://registries/{REGISTRY}/data/rides/versions/3",
        "3",
    )
    assert found["properties"]["tags"] == {"team": "taxi"}
    uri = found["properties"]["dataUri"]
    assert client.get(f"{uri}/a.csv?sig=x").text == "km\n1\n"
    assert "originAssetId" not in found["properties"]


def test_data_is_imported_once(client: Client) -> None:
    a_folder(client)
    share(client)
    client.get(SHARED)

    assert share(client).status_code == 409


def test_data_is_created_in_a_registry_and_deleted_for_good(client: Client) -> None:
    body = {"properties": {"dataType": "uri_file", "dataUri": "https://any.blob/c/f.csv"}}

    made = client.put(SHARED, body)

    assert (made.status_code, made.json()) == (202, None)
    assert client.get(made.headers["location"]).json() == {
        "assetId": f"azureml://registries/{REGISTRY}/data/rides/versions/3"
    }
    listed = client.get(f"{registry_path()}/data/rides/versions").json()["value"]
    assert [found["name"] for found in listed] == ["3"]
    client.delete(SHARED)
    assert client.get(SHARED).status_code == 404
    assert client.put(SHARED, body).status_code == 409


def test_a_workspaces_data_is_listed(client: Client) -> None:
    a_folder(client)

    listed = client.get(f"{workspace_id()}/data/rides/versions").json()["value"]
    assert [found["name"] for found in listed] == ["3"]
    assert client.get(f"{workspace_id()}/data/rides").json()["properties"]["nextVersion"] == "4"


def from_registry(client: Client, **properties: Any) -> httpx.Response:
    uri = f"azureml://registries/{REGISTRY}/models/taxi/versions/1"
    path = f"{workspace_id('prod')}/models/taxi/versions/1"
    return client.put(path, a_model(modelUri=uri, **properties))


def test_a_workspace_registers_a_registrys_model_with_name_version_and_tags(client: Client) -> None:
    client.register()
    client.import_model()

    reply = from_registry(client, tags={"promoted": "yes"})

    assert reply.status_code == 201
    found = reply.json()
    assert (found["name"], found["properties"]["tags"]) == ("1", {"promoted": "yes"})
    assert found["properties"]["modelUri"].startswith("azureml://registries/")
    assert set(found["properties"]["flavors"]) == {"python_function", "sklearn"}
    assert from_registry(client, tags={}).status_code == 200


def test_its_files_are_there_and_can_be_deployed(client: Client) -> None:
    client.register()
    client.import_model()
    from_registry(client)
    prod = f"{workspace_id('prod')}/onlineEndpoints/prod-endpoint"
    client.put(prod, {"properties": {"authMode": "Key"}})
    client.put(f"{prod}/deployments/blue", {"properties": {"model": "azureml:taxi:1"}})

    assert (
        client.get(f"{prod}/deployments/blue").json()["properties"]["provisioningState"]
        == "Succeeded"
    )


def test_a_model_that_the_registry_does_not_have_is_not_registered(client: Client) -> None:
    assert from_registry(client).status_code == 404


def test_azure_may_refuse_a_registrys_model(client: Client) -> None:
    client.register()
    client.import_model()
    client.put("/_emulator/behaviour", {"models_from_registry": "refused"})

    reply = from_registry(client)

    assert reply.status_code == 400
    assert "not supported" in reply.json()["error"]["message"]
    wrong = client.put("/_emulator/behaviour", {"models_from_registry": "perhaps"})
    assert wrong.status_code == 400


def test_a_blob_is_copied_from_a_signed_address(client: Client) -> None:
    client.send("PUT", "/_emulator/blobs/source/a", content=b"model")
    source = f"{client.azure.url}/blobs/one/source/a"

    def copy(address: str) -> int:
        headers = {"x-ms-copy-source": address}
        return client.send("PUT", "/blobs/two/target/b?sig=x", headers=headers).status_code

    assert copy(source) == 403
    assert copy(f"{source}missing?sig=y") == 404
    assert copy(f"{source}?sig=y") == 201
    assert client.get("/blobs/two/target/b?sig=x").content == b"model"
