"""The managed-identity endpoint of App Service (api-version 2019-08-01).

With IDENTITY_ENDPOINT and IDENTITY_HEADER pointing here, azure-identity's DefaultAzureCredential
gets its tokens as it does in a function app.
"""

import base64
import json
import time
import uuid
from typing import Any

from local.azureml.errors import PlainError
from local.azureml.store.places import TENANT
from local.azureml.wire import Call, Reply

CLIENT = str(uuid.uuid5(uuid.NAMESPACE_URL, "client"))
OBJECT = str(uuid.uuid5(uuid.NAMESPACE_URL, "object"))
_SECONDS = 24 * 3600
"""Managed identities' tokens live a day."""


def get(call: Call) -> Reply:
    resource = call.query.get("resource")
    if call.headers.get("x-identity-header") != call.cloud.identity_header:
        raise _refused(401, "The X-IDENTITY-HEADER is missing or wrong.")
    if call.query.get("api-version") != "2019-08-01" or not resource:
        raise _refused(400, "api-version=2019-08-01 and a resource are required.")
    expires = int(time.time()) + _SECONDS
    client = call.query.get("client_id", CLIENT)
    return Reply(
        body={
            "access_token": _token(resource, client, expires),
            "expires_on": str(expires),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": client,
        }
    )


def _token(resource: str, client: str, expires: int) -> str:
    """Looks like a JWT to whoever takes it apart; nobody has signed it."""
    claims = {
        "aud": resource,
        "iss": f"https://sts.windows.net/{TENANT}/",
        "iat": expires - _SECONDS,
        "nbf": expires - _SECONDS,
        "exp": expires,
        "appid": client,
        "oid": OBJECT,
        "sub": OBJECT,
        "tid": TENANT,
        "ver": "1.0",
    }
    return f"{_part({'typ': 'JWT', 'alg': 'none'})}.{_part(claims)}.unsigned"


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _refused(status: int, message: str) -> PlainError:
    return PlainError(status, {"statusCode": status, "message": message})
