"""Azure's error replies: who says no, with which status, in which shape."""

import pytest
from standin_client import ENDPOINT, Client, registry_path, workspace_id


def test_a_request_without_a_token_is_refused_by_arm(client: Client) -> None:
    reply = client.get(workspace_id(), token="")

    assert reply.status_code == 401
    assert reply.json()["error"]["code"] == "AuthenticationFailed"
    assert "Bearer" in reply.headers["www-authenticate"]


def test_the_registry_data_plane_wants_a_token_too(client: Client) -> None:
    assert client.get(f"{registry_path()}/models", token="").status_code == 401


def test_an_unknown_workspace_is_unknown_to_arm_itself(client: Client) -> None:
    reply = client.get(workspace_id("nowhere"))

    assert reply.status_code == 404
    assert set(reply.json()["error"]) == {"code", "message"}
    assert reply.json()["error"]["code"] == "ResourceNotFound"


def test_an_unknown_endpoint_is_named_in_the_details(client: Client) -> None:
    reply = client.get(ENDPOINT)

    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (404, "NotFound")
    assert error["details"][0]["code"] == "NoSuchEndpoint"
    assert reply.headers["x-ms-response-type"] == "error"


def test_an_unknown_registry_asset_is_a_user_error_with_its_id(client: Client) -> None:
    reply = client.get(f"{registry_path()}/models/taxi/versions/1")

    error = reply.json()["error"]
    assert (reply.status_code, error["code"], error["details"]) == (404, "UserError", [])
    assert "azureml://registries/shared/models/taxi/versions/1" in error["message"]
    assert [info["type"] for info in error["additionalInfo"]] == [
        "ComponentName",
        "Correlation",
        "Environment",
        "Location",
        "Time",
        "DebugInfo",
        "InnerError",
    ]


def test_an_unknown_job_and_an_unknown_registry_are_404(client: Client) -> None:
    assert client.get(f"{workspace_id()}/jobs/nobody").status_code == 404
    discovery = "/registrymanagement/v1.0/registries/nobody/discovery"
    assert client.get(discovery).status_code == 404


def test_arm_wants_an_api_version(client: Client) -> None:
    reply = client.get(f"{workspace_id()}?api-version=")

    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (400, "MissingApiVersionParameter")


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"properties": 1}'])
def test_a_body_that_says_nothing_is_a_bad_request(client: Client, content: bytes) -> None:
    reply = client.send("PUT", ENDPOINT, content=content)

    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "BadRequest")


def test_names_of_resources_are_found_in_any_case(client: Client) -> None:
    path = workspace_id().replace("resourceGroups/rg-dev", "resourcegroups/RG-DEV")

    assert client.get(path).json()["id"] == workspace_id()
