"""Batch endpoints and deployments: how they are made, and what Azure refuses."""

import pytest
from standin_batch import BATCH, FAILURE, a_batch_deployment, a_batch_endpoint, serve_batch
from standin_client import ENDPOINT, Client, an_endpoint, workspace_id


def test_a_new_batch_endpoint_has_no_address_until_it_stands(client: Client) -> None:
    reply = client.put(BATCH, a_batch_endpoint(tags={"team": "taxi"}))

    assert reply.status_code == 201
    assert "/mfeOperationsStatus/be:" in reply.headers["azure-asyncoperation"]
    new = reply.json()["properties"]
    assert (new["provisioningState"], new["scoringUri"]) == ("Creating", None)
    found = client.get(BATCH).json()
    assert found["properties"]["provisioningState"] == "Succeeded"
    assert found["properties"]["scoringUri"].endswith("/taxi-batch/jobs")
    assert found["tags"] == {"team": "taxi"}


def test_a_batch_deployment_tells_no_times_and_no_operation(client: Client) -> None:
    serve_batch(client, "blue")

    reply = client.put(f"{BATCH}/deployments/green", a_batch_deployment())

    status = client.get(reply.headers["azure-asyncoperation"]).json()
    assert set(status) == {"id", "name", "status"}
    assert "AzureAsyncOperationUri" not in reply.json()["properties"]["properties"]
    shown = client.get(f"{BATCH}/deployments/green").json()["properties"]
    assert (shown["provisioningState"], shown["errorThreshold"]) == ("Succeeded", -1)
    assert shown["model"]["referenceType"] == "Id"


def test_the_default_deployment_changes_when_the_operation_has_ended(client: Client) -> None:
    serve_batch(client, "blue", "green")

    reply = client.put(BATCH, a_batch_endpoint("green"))

    assert reply.json()["properties"]["defaults"] == {"deploymentName": "blue"}
    assert client.get(BATCH).json()["properties"]["defaults"] == {"deploymentName": "green"}


def test_a_change_without_a_default_takes_the_default_away(client: Client) -> None:
    serve_batch(client, "blue")

    client.put(BATCH, a_batch_endpoint())

    assert client.get(BATCH).json()["properties"]["defaults"] == {"deploymentName": None}


def test_a_failed_change_leaves_the_default_as_it_was(client: Client) -> None:
    serve_batch(client, "blue", "green")
    client.fault("batchEndpoints", method="PUT", operation=FAILURE)

    client.put(BATCH, a_batch_endpoint("green"))

    found = client.get(BATCH).json()["properties"]
    assert found["defaults"] == {"deploymentName": "blue"}
    assert found["provisioningState"] == "Failed"


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"model": "models/taxi/versions/9"}, "models/taxi/versions/9 was not found"),
        ({"compute": f"{workspace_id()}/computes/nowhere"}, "Compute nowhere"),
    ],
)
def test_a_batch_deployment_needs_its_model_and_its_cluster(
    client: Client, properties: dict[str, str], said: str
) -> None:
    serve_batch(client, "blue")

    reply = client.put(f"{BATCH}/deployments/green", a_batch_deployment(**properties))

    assert reply.status_code == 400
    assert said in reply.json()["error"]["message"]


def test_a_default_that_does_not_exist_is_refused(client: Client) -> None:
    serve_batch(client, "blue")

    assert client.put(BATCH, a_batch_endpoint("nobody")).status_code == 400


def test_the_default_deployment_cannot_be_deleted(client: Client) -> None:
    serve_batch(client, "blue", "green")

    assert client.delete(f"{BATCH}/deployments/blue").status_code == 400
    assert client.delete(f"{BATCH}/deployments/green").status_code == 202
    assert client.get(f"{BATCH}/deployments/green").status_code == 404
    assert client.delete(f"{BATCH}/deployments/green").status_code == 204


def test_a_batch_endpoint_goes_with_its_deployments(client: Client) -> None:
    serve_batch(client, "blue")

    assert client.delete(BATCH).status_code == 202
    error = client.get(BATCH).json()["error"]
    assert (error["code"], error["details"][0]["code"]) == ("NotFound", "NoSuchEndpoint")
    assert client.get(f"{workspace_id()}/batchEndpoints").json() == {"value": []}


def test_batch_and_online_endpoints_share_one_name_space(client: Client) -> None:
    client.endpoint()
    taken = BATCH.replace("taxi-batch", "taxi-endpoint")

    assert client.put(taken, a_batch_endpoint()).status_code == 400
    assert client.put(ENDPOINT, an_endpoint()).status_code == 201


def test_a_batch_endpoint_takes_one_change_at_a_time(client: Client) -> None:
    serve_batch(client, "blue")
    client.clock(1000, "endpoint")
    client.put(BATCH, a_batch_endpoint("blue"))

    assert client.put(BATCH, a_batch_endpoint("blue")).status_code == 409
    assert client.put(f"{BATCH}/deployments/green", a_batch_deployment()).status_code == 409
