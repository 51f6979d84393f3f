"""Event Grid behind the stand-in's control routes: a registered model reaches a subscriber."""

import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from subscriber import Subscriber

from local.azureml import StandIn

WORKSPACE = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/dev"
)
SEED = {
    "workspaces": [
        {"subscription": "s", "resource_group": "g", "name": "dev", "location": "eastus2"}
    ],
    "jobs": [{"workspace": "dev", "name": "train-1", "artifacts": {"model/x": "1"}}],
}


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn(directory=tmp_path_factory.mktemp("azure"), seed=SEED) as running:
        yield running


@pytest.fixture
def http(azure: StandIn) -> Iterator[httpx.Client]:
    trust = ssl.create_default_context(cafile=str(azure.ca_file))
    token = {"Authorization": "Bearer token"}
    with httpx.Client(base_url=azure.url, verify=trust, headers=token) as client:
        client.post("/_emulator/reset")
        yield client


def register(http: httpx.Client, version: str = "1", **tags: str) -> None:
    body = {"properties": {"modelUri": "runs:/train-1/model", "tags": tags}}
    reply = http.put(
        f"{WORKSPACE}/models/taxi/versions/{version}?api-version=2023-08-01", json=body
    )
    assert reply.status_code in (200, 201)


def subscribe(http: httpx.Client, subscriber: Subscriber, **fields: Any) -> httpx.Response:
    return http.post("/_emulator/subscriptions", json=subscriber.subscription(**fields))


def test_a_registered_model_is_delivered(http: httpx.Client, subscriber: Subscriber) -> None:
    assert subscribe(http, subscriber, source=WORKSPACE).status_code == 201

    register(http, owner="anna")

    (event,) = subscriber.wait_for(1)[0].json
    assert (event["topic"], event["subject"]) == (WORKSPACE, "models/taxi:1")
    assert event["eventType"] == "Microsoft.MachineLearningServices.ModelRegistered"
    assert set(event["data"]) == {"modelName", "modelVersion", "modelTags", "modelProperties"}
    assert (event["data"]["modelVersion"], event["data"]["modelTags"]) == ("1", {"owner": "anna"})


def test_a_failed_handshake_is_400_with_the_reason(
    http: httpx.Client, subscriber: Subscriber
) -> None:
    subscriber.handshake = "fails"

    reply = subscribe(http, subscriber)

    assert reply.status_code == 400
    assert "handshake failed" in reply.json()["error"]["message"]


def test_a_subscription_is_shown_and_removed(http: httpx.Client, subscriber: Subscriber) -> None:
    subscribe(http, subscriber)

    shown = http.get("/_emulator/subscriptions/promotion").json()
    listed = http.get("/_emulator/subscriptions").json()["subscriptions"]
    removed = http.delete("/_emulator/subscriptions/promotion").status_code

    assert listed == [shown]
    assert removed == 204
    assert http.get("/_emulator/subscriptions/promotion").status_code == 404


def test_deliveries_and_dead_letters_are_shown(
    azure: StandIn, http: httpx.Client, subscriber: Subscriber
) -> None:
    subscriber.statuses += [403]
    subscribe(http, subscriber)
    register(http)
    grid = azure.cloud.event_grid
    assert grid.wait_until(lambda: len(grid.deliveries("promotion")) == 1)

    made = http.get("/_emulator/subscriptions/promotion/deliveries").json()["deliveries"]
    dead = http.get("/_emulator/subscriptions/promotion/dead-letters").json()["dead_letters"]

    assert made[0]["result"] == "dead_lettered"
    assert dead[0]["deadLetterReason"] == "UndeliverableDueToHttpForbidden"


def test_an_event_of_ones_own_is_published_and_delivered_again(
    http: httpx.Client, subscriber: Subscriber
) -> None:
    subscribe(http, subscriber)

    id = http.post("/_emulator/events", content=b"garbage").json()["id"]
    subscriber.wait_for(1)
    again = http.post(f"/_emulator/events/{id}/redeliver", json={"times": 2})

    assert again.status_code == 202
    assert {arrival.body for arrival in subscriber.wait_for(3)} == {b"garbage"}
    assert http.get("/_emulator/events").json()["events"][0]["event"] == "garbage"


def test_an_event_for_nobody_is_404(http: httpx.Client) -> None:
    assert http.post("/_emulator/events?subscription=nobody", content=b"{}").status_code == 404
    assert http.post("/_emulator/events/nobody/redeliver", json={}).status_code == 404


def test_the_stand_in_answers_others_while_it_shakes_hands(
    http: httpx.Client, subscriber: Subscriber
) -> None:
    """A host may have to ask the stand-in something before it can answer the handshake."""
    healthy: list[bool] = []
    subscriber.before_handshake = lambda: healthy.append(
        http.get("/_emulator/health").status_code == 200
    )

    assert subscribe(http, subscriber).status_code == 201
    assert healthy == [True]
