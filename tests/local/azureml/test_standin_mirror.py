"""Mirrored traffic: who may get it, and what happens to it."""

from typing import Any

import pytest
from standin_client import ENDPOINT, Client, a_job, an_endpoint, workspace_id

ROW = {"input_data": [[10, 4]]}


def mirrored(client: Client, percent: int = 10) -> None:
    client.serve(blue=100, green=0)
    reply = client.endpoint({"blue": 100}, mirrorTraffic={"green": percent})
    assert reply.status_code == 201


def logs(client: Client, name: str) -> str:
    reply = client.post(f"{ENDPOINT}/deployments/{name}/getLogs", {"tail": 100})
    return str(reply.json()["content"])


@pytest.mark.parametrize(
    ("live", "mirror", "said"),
    [
        ({"blue": 100}, {"green": 51}, "at most 50"),
        ({"blue": 100}, {"green": 10, "red": 10}, "to one deployment"),
        ({"blue": 90, "green": 10}, {"green": 10}, "not both"),
        ({"blue": 100}, {"nobody": 10}, "does not exist"),
        ({"blue": 100}, {"green": -1}, "between 0 and 100"),
    ],
)
def test_mirrored_traffic_has_rules(
    client: Client, live: dict[str, int], mirror: dict[str, int], said: str
) -> None:
    client.serve(blue=100, green=0, red=0)

    reply = client.endpoint(live, mirrorTraffic=mirror)

    assert reply.status_code == 400
    assert said in reply.json()["error"]["message"]
    assert client.get(ENDPOINT).json()["properties"]["mirrorTraffic"] == {}


def test_a_mirror_of_nothing_is_no_mirror(client: Client) -> None:
    client.serve(blue=100, green=0)

    assert client.endpoint({"blue": 100}, mirrorTraffic={"blue": 0, "green": 0}).status_code == 201


def test_every_tenth_request_is_copied_and_the_caller_never_sees_it(client: Client) -> None:
    mirrored(client)

    answered = [client.score(ROW).headers["azureml-model-deployment"] for _ in range(20)]

    assert set(answered) == {"blue"}
    assert logs(client, "green").count("mirrored request") == 2


def test_a_request_that_names_a_deployment_is_not_mirrored(client: Client) -> None:
    mirrored(client, 50)

    for _ in range(4):
        client.score(ROW, **{"azureml-model-deployment": "blue"})

    assert "mirrored" not in logs(client, "green")


def test_a_mirrored_model_that_breaks_harms_nobody(client: Client) -> None:
    client.seed(jobs=[a_job("train-2", artifacts={"model/coefficients.json": "no JSON"})])
    client.register("2", modelUri="azureml://jobs/train-2/outputs/artifacts/paths/model/")
    client.serve(blue=100)
    client.deploy("green", model="azureml:taxi:2")
    client.endpoint({"blue": 100}, mirrorTraffic={"green": 50})

    assert [client.score(ROW).status_code for _ in range(4)] == [200] * 4
    assert logs(client, "green").count("scoring failed") == 2


def test_the_history_of_traffic_has_the_mirror_too(client: Client) -> None:
    mirrored(client)
    client.endpoint({"blue": 100})
    client.get(ENDPOINT)

    states = client.get("/_emulator/traffic").json()["endpoints"][ENDPOINT]
    seen: list[Any] = [state["mirror_traffic"] for state in states]
    assert {"green": 10} in seen
    assert seen[-1] == {}


def test_a_mirrored_deployment_cannot_be_deleted(client: Client) -> None:
    mirrored(client)

    assert client.delete(f"{ENDPOINT}/deployments/green").status_code == 400


def test_traffic_goes_only_to_deployments_that_stand(client: Client) -> None:
    client.serve(blue=100)
    client.fault("deployments/green", operation={"code": "Quota", "message": "full"})
    client.deploy("green")

    live = client.endpoint({"green": 100})
    mirror = client.endpoint({"blue": 100}, mirrorTraffic={"green": 10})

    assert (live.status_code, mirror.status_code) == (400, 400)
    assert "Failed provisioning state" in live.json()["error"]["message"]


def test_a_deployment_keeps_the_traffic_that_it_has_while_it_is_updated(client: Client) -> None:
    client.serve(blue=100)
    client.clock(1000, "deployment")
    client.deploy("blue")

    reply = client.put(ENDPOINT, {**an_endpoint({"blue": 100}), "tags": {"seen": "yes"}})

    assert reply.status_code == 201
    assert client.get(ENDPOINT).json()["tags"] == {"seen": "yes"}


def test_kubernetes_endpoints_mirror_nothing(client: Client) -> None:
    client.seed(computes=[{"workspace": "dev", "name": "aks", "type": "Kubernetes"}])
    aks: dict[str, Any] = {"compute": f"{workspace_id()}/computes/aks"}
    client.register()
    client.endpoint(**aks)
    client.deploy("blue")
    client.deploy("green")

    assert client.endpoint({"blue": 100}, mirrorTraffic={"green": 10}, **aks).status_code == 400
