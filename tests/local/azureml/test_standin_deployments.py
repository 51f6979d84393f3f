"""Deployments of an online endpoint: what Azure says while they come and go."""

import pytest
from standin_client import ENDPOINT, Client, workspace_id


def test_a_deployment_takes_one_change_at_a_time(client: Client) -> None:
    client.register()
    client.endpoint()
    client.clock(1000, "deployment")
    client.deploy()

    assert client.deploy().status_code == 409
    assert client.delete(f"{ENDPOINT}/deployments/blue").status_code == 409


def test_a_new_deployment_says_updating_and_has_no_probes_yet(client: Client) -> None:
    client.register()
    client.endpoint()

    first = client.deploy().json()["properties"]
    then = client.get(f"{ENDPOINT}/deployments/blue").json()["properties"]

    assert (first["provisioningState"], then["provisioningState"]) == ("Updating", "Succeeded")
    assert (first["livenessProbe"], first["requestSettings"]["requestTimeout"]) == (None, "PT0S")
    assert then["livenessProbe"]["period"] == "PT10S"
    assert then["requestSettings"]["requestTimeout"] == "PT5S"
    assert set(first) == set(then)


def test_a_deployment_carries_what_the_sdk_cannot_do_without(client: Client) -> None:
    client.register()
    client.endpoint()

    body = client.deploy().json()

    assert body["properties"]["scaleSettings"] == {"scaleType": "Default"}
    assert body["sku"] == {"name": "Default", "tier": "Standard", "capacity": 1}
    assert body["kind"] == "Managed"


@pytest.mark.parametrize(
    "model",
    [
        "azureml:taxi:99",
        "azureml://registries/shared/models/taxi/versions/1",
        "azureml://registries/nobody/models/taxi/versions/1",
        f"{workspace_id()}/models/nobody/versions/1",
    ],
)
def test_a_model_that_does_not_exist_cannot_be_deployed(client: Client, model: str) -> None:
    client.register()
    client.endpoint()

    assert client.deploy(model=model).status_code == 400


def test_a_deployment_needs_an_endpoint(client: Client) -> None:
    client.register()

    assert client.deploy().status_code == 404


def test_a_deployment_that_has_traffic_is_not_deleted(client: Client) -> None:
    client.serve(blue=100)

    assert client.delete(f"{ENDPOINT}/deployments/blue").status_code == 400
    assert client.get(f"{ENDPOINT}/deployments/blue").status_code == 200


def test_a_deployment_is_not_deleted_while_traffic_moves(client: Client) -> None:
    client.serve(blue=100, green=0)
    client.get(ENDPOINT)
    client.clock(1000, "traffic")
    client.endpoint({"green": 100})

    assert client.delete(f"{ENDPOINT}/deployments/green").status_code == 409


def test_a_delete_is_202_with_null_and_ends_in_nothing(client: Client) -> None:
    client.serve(blue=100)
    client.deploy("green")
    client.get(ENDPOINT)

    reply = client.delete(f"{ENDPOINT}/deployments/green")

    assert (reply.status_code, reply.text) == (202, "null")
    assert "/mfeOperationResults/od:" in reply.headers["location"]
    assert client.get(reply.headers["azure-asyncoperation"]).json()["status"] == "Succeeded"
    assert client.get(f"{ENDPOINT}/deployments/green").status_code == 404
    assert client.delete(f"{ENDPOINT}/deployments/green").status_code == 204


def test_logs_tell_what_was_loaded(client: Client) -> None:
    client.serve(blue=100)

    logs = client.post(f"{ENDPOINT}/deployments/blue/getLogs", {"tail": 5}).json()["content"]

    assert "azureml:taxi:1 is loaded" in logs


def test_data_that_a_deployment_collects_is_registered_and_keeps_its_path(client: Client) -> None:
    asset = f"{workspace_id()}/data/asked/versions/1"
    asked = {"properties": {"dataUri": "azureml://datastores/d/paths/a", "dataType": "uri_folder"}}

    first, again = client.put(asset, asked), client.put(asset, asked)
    moved = client.put(asset, {"properties": {"dataUri": "azureml://datastores/d/paths/b"}})

    assert (first.status_code, again.status_code, moved.status_code) == (201, 200, 400)
    assert client.get(asset).json()["properties"]["dataUri"].endswith("/a")
