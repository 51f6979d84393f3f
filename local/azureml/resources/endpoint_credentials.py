"""What callers of an online endpoint authenticate with."""

import time

from local.azureml.errors import user_error
from local.azureml.resources import lookup, online_endpoints
from local.azureml.store.endpoints import OnlineEndpoint
from local.azureml.wire import Call, Reply


def list_keys(call: Call) -> Reply:
    endpoint = online_endpoints.find(call, lookup.workspace(call))
    if auth_mode(endpoint) != "key":
        raise user_error(400, f"Endpoint {endpoint.name} does not use keys to authenticate.")
    return Reply(body={"primaryKey": endpoint.keys[0], "secondaryKey": endpoint.keys[1]})


def token(call: Call) -> Reply:
    endpoint = online_endpoints.find(call, lookup.workspace(call))
    if auth_mode(endpoint) == "key":
        raise user_error(400, f"Endpoint {endpoint.name} does not use tokens to authenticate.")
    now = int(time.time())
    return Reply(
        body={
            "accessToken": endpoint.token,
            "tokenType": "Bearer",
            "expiryTimeUtc": now + 12 * 3600,
            "refreshAfterTimeUtc": now + 6 * 3600,
        }
    )


def auth_mode(endpoint: OnlineEndpoint) -> str:
    """key, amltoken or aadtoken; Azure takes the word in any case."""
    return str(endpoint.body["properties"]["authMode"]).lower()
