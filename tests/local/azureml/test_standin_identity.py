"""The managed-identity endpoint."""

import base64
import json
import time

from standin_client import Client


def token(client: Client, resource: str = "https://management.azure.com/", **headers: str) -> dict:
    url = f"{client.azure.identity_endpoint}?api-version=2019-08-01&resource={resource}"
    said = {"X-IDENTITY-HEADER": client.azure.identity_header, **headers}
    return client.get(url, token="", headers=said).json()


def test_a_token_is_what_app_service_gives(client: Client) -> None:
    answer = token(client)

    assert set(answer) == {"access_token", "expires_on", "resource", "token_type", "client_id"}
    assert int(answer["expires_on"]) > time.time() + 3600


def test_a_token_can_be_taken_apart(client: Client) -> None:
    _, claims, _ = token(client, "https://ml.azure.com/")["access_token"].split(".")

    found = json.loads(base64.urlsafe_b64decode(claims + "=="))

    assert found["aud"] == "https://ml.azure.com/"
    assert {"tid", "oid", "exp"} <= set(found)


def test_the_secret_of_the_endpoint_is_asked_for(client: Client) -> None:
    assert token(client, **{"X-IDENTITY-HEADER": "wrong"})["statusCode"] == 401
