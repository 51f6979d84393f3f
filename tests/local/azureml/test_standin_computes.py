"""Compute targets: clusters that are made when they are missing, and Kubernetes."""

from standin_batch import CLUSTER, FAILURE, a_cluster
from standin_client import ENDPOINT, Client, an_endpoint, workspace_id


def test_a_compute_that_is_not_there_is_a_404_without_a_body(client: Client) -> None:
    reply = client.get(CLUSTER)

    assert (reply.status_code, reply.content) == (404, b"")


def test_a_cluster_is_created_over_time(client: Client) -> None:
    reply = client.put(CLUSTER, a_cluster())

    assert reply.status_code == 201
    assert reply.json()["properties"]["provisioningState"] == "Creating"
    assert "/computeOperationsStatus/" in reply.headers["azure-asyncoperation"]
    assert "location" not in reply.headers
    status = client.get(reply.headers["azure-asyncoperation"]).json()
    assert status == {"status": "Succeeded", "percentComplete": 100.0}
    found = client.get(CLUSTER).json()["properties"]
    assert (found["provisioningState"], found["properties"]["vmSize"]) == (
        "Succeeded",
        "STANDARD_DS3_V2",
    )
    assert found["properties"]["scaleSettings"]["minNodeCount"] == 0


def test_a_cluster_that_cannot_be_made_has_failed(client: Client) -> None:
    client.fault("computes", operation=FAILURE)

    reply = client.put(CLUSTER, a_cluster())

    assert client.get(reply.headers["azure-asyncoperation"]).json()["status"] == "Failed"
    found = client.get(CLUSTER).json()["properties"]
    assert found["provisioningState"] == "Failed"
    assert found["provisioningErrors"][0]["error"]["code"] == "OutOfQuota"


def test_clusters_are_listed_and_deleted(client: Client) -> None:
    client.put(CLUSTER, a_cluster())
    listed = client.get(f"{workspace_id()}/computes").json()["value"]

    assert [found["name"] for found in listed] == ["cpu-cluster"]
    assert client.delete(CLUSTER).status_code == 202
    assert client.get(CLUSTER).status_code == 404


def test_an_online_endpoint_on_kubernetes_names_its_cluster(client: Client) -> None:
    aks = f"{workspace_id()}/computes/aks"
    refused = client.put(ENDPOINT, an_endpoint(compute=aks))
    client.seed(computes=[{"workspace": "dev", "name": "aks", "type": "Kubernetes"}])

    assert refused.status_code == 400
    assert client.put(ENDPOINT, an_endpoint(compute=aks)).status_code == 201
    found = client.get(ENDPOINT).json()
    assert (found["properties"]["compute"], found["kind"]) == (aks, "K8S")
    assert client.get(aks).json()["properties"]["properties"]["namespace"] == "default"
