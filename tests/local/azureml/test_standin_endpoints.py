"""Online endpoints and deployments: how long things take and what Azure says meanwhile."""

import pytest
from standin_client import ENDPOINT, Client, an_endpoint, workspace_id

FAILURE = {"code": "OutOfQuota", "message": "no cores left", "details": [{"code": "x"}]}


def later(client: Client) -> None:
    """All operations have become due."""
    client.azure.cloud.store.operations.now = lambda: 1e10


def test_a_new_endpoint_is_201_with_two_addresses_and_no_hint_when_to_ask(client: Client) -> None:
    reply = client.endpoint()

    assert reply.status_code == 201
    assert "/mfeOperationsStatus/oe:" in reply.headers["azure-asyncoperation"]
    assert reply.headers["location"].split("?")[0] == f"{client.azure.url}{ENDPOINT}"
    assert reply.headers["x-ms-async-operation-timeout"] == "PT30M"
    assert "retry-after" not in reply.headers


def test_an_endpoint_that_is_being_made_has_no_scoring_uri(client: Client) -> None:
    properties = client.endpoint().json()["properties"]

    assert properties["provisioningState"] == "Creating"
    assert (properties["scoringUri"], properties["swaggerUri"], properties["compute"]) == (
        None,
        None,
        None,
    )
    assert "AzureAsyncOperationUri" in properties["properties"]


def test_an_operation_says_updating_until_it_says_succeeded(client: Client) -> None:
    client.clock(1000, "endpoint")
    operation = client.endpoint().headers["azure-asyncoperation"]

    under_way = client.get(operation).json()
    later(client)
    done = client.get(operation).json()

    assert list(under_way) == ["id", "name", "startTime", "percentComplete", "status"]
    assert (under_way["status"], under_way["percentComplete"]) == ("Updating", 0.0)
    assert list(done) == ["id", "name", "startTime", "endTime", "percentComplete", "status"]
    assert (done["status"], done["percentComplete"]) == ("Succeeded", 100.0)


def test_a_failed_operation_is_http_200_with_an_error_inside(client: Client) -> None:
    client.fault("onlineEndpoints", operation=FAILURE)
    operation = client.endpoint().headers["azure-asyncoperation"]

    reply = client.get(operation)

    assert (reply.status_code, reply.json()["status"]) == (200, "Failed")
    error = reply.json()["error"]
    assert list(error) == ["code", "message", "target", "details", "additionalInfo"]
    assert error["code"] == "OutOfQuota"
    assert client.get(ENDPOINT).json()["properties"]["provisioningState"] == "Failed"


def test_a_hint_when_to_ask_again_can_be_switched_on(client: Client) -> None:
    client.put("/_emulator/clock", {"retry_after": 0.05})

    assert client.endpoint().headers["retry-after"] == "0.05"


def test_a_change_of_traffic_is_201_and_still_shows_the_old_traffic(client: Client) -> None:
    client.serve(blue=100)
    client.deploy("green")
    client.get(ENDPOINT)

    reply = client.endpoint({"blue": 90, "green": 10})

    assert reply.status_code == 201
    shown = reply.json()["properties"]
    assert (shown["traffic"], shown["provisioningState"]) == ({"blue": 100}, "Updating")
    now = client.get(ENDPOINT).json()["properties"]
    assert (now["traffic"], now["provisioningState"]) == ({"blue": 90, "green": 10}, "Succeeded")


def test_a_failed_change_leaves_the_traffic_as_it_was(client: Client) -> None:
    client.serve(blue=100)
    client.deploy("green")
    client.fault("onlineEndpoints", method="PUT", operation=FAILURE)

    client.endpoint({"green": 100})

    assert client.get(ENDPOINT).json()["properties"]["traffic"] == {"blue": 100}


@pytest.mark.parametrize(
    "traffic",
    [{"nobody": 100}, {"blue": 99}, {"blue": 60, "green": 60}, {"blue": 150, "green": -50}],
)
def test_traffic_names_what_exists_and_adds_up(client: Client, traffic: dict[str, int]) -> None:
    client.serve(blue=100, green=0)

    assert client.endpoint(traffic).status_code == 400
    assert client.get(ENDPOINT).json()["properties"]["traffic"] == {"blue": 100, "green": 0}


def test_traffic_may_be_nothing_at_all(client: Client) -> None:
    client.serve(blue=100)

    assert client.endpoint({}).status_code == 201
    assert client.endpoint({"blue": 0}).status_code == 201


def test_at_most_half_of_the_traffic_is_mirrored(client: Client) -> None:
    client.serve(blue=100)
    client.deploy("green")

    assert client.endpoint({"blue": 100}, mirrorTraffic={"green": 60}).status_code == 400
    assert client.endpoint({"blue": 100}, mirrorTraffic={"green": 10}).status_code == 201


def test_an_endpoint_takes_one_change_at_a_time(client: Client) -> None:
    client.clock(1000, "endpoint")
    client.endpoint()

    for reply in (client.endpoint(), client.deploy(), client.delete(ENDPOINT)):
        assert reply.status_code == 409
        assert "Creating provisioning state" in reply.json()["error"]["message"]


def test_an_endpoint_goes_with_all_its_deployments(client: Client) -> None:
    client.serve(blue=100)
    client.get(ENDPOINT)

    assert client.delete(ENDPOINT).status_code == 202
    assert client.get(ENDPOINT).status_code == 404
    assert client.delete(ENDPOINT).status_code == 204


@pytest.mark.parametrize("name", ["ab", "1st-endpoint", "ends-with-", "a" * 33, "under_score"])
def test_endpoint_names_have_rules(client: Client, name: str) -> None:
    path = f"{workspace_id()}/onlineEndpoints/{name}"

    assert client.put(path, an_endpoint()).status_code == 400


def test_an_endpoint_name_is_unique_in_its_region(client: Client) -> None:
    client.seed(
        workspaces=[
            {
                "subscription": "s",
                "resource_group": "g",
                "name": "neighbour",
                "location": "eastus2",
            }
        ]
    )
    client.endpoint()
    there = "/subscriptions/s/resourceGroups/g/" + ENDPOINT.split("/", 5)[5]
    neighbour = there.replace("workspaces/dev", "workspaces/neighbour")
    other_region = ENDPOINT.replace("dev", "prod")

    assert client.put(neighbour, an_endpoint()).status_code == 400
    assert client.put(other_region, an_endpoint()).status_code == 201


def test_tags_have_arms_limits(client: Client) -> None:
    many = {**an_endpoint(), "tags": {str(number): "x" for number in range(51)}}
    long = {**an_endpoint(), "tags": {"reason": "x" * 257}}

    client.endpoint()

    assert client.put(ENDPOINT, many).status_code == 400
    assert client.put(ENDPOINT, long).status_code == 400
    assert client.get(ENDPOINT).json()["properties"]["provisioningState"] == "Succeeded"


def test_keys_are_for_key_endpoints_and_tokens_for_the_others(client: Client) -> None:
    client.endpoint()
    keys, no_token = client.post(f"{ENDPOINT}/listKeys"), client.post(f"{ENDPOINT}/token")
    client.endpoint(authMode="AMLToken")
    token = client.post(f"{ENDPOINT}/token")

    assert set(keys.json()) == {"primaryKey", "secondaryKey"}
    assert no_token.status_code == 400
    assert set(token.json()) >= {"accessToken", "tokenType", "expiryTimeUtc"}
