"""The control routes below /_emulator: for demos and tests, unknown to Azure.

JSON, without authentication: the server listens on the loopback interface only.
"""

from collections.abc import Callable
from typing import Any

from local.azureml.errors import PlainError
from local.azureml.wire import Call


def bad_request(message: str) -> PlainError:
    return PlainError(400, {"error": {"code": "BadRequest", "message": message}})


def unknown(message: str) -> PlainError:
    return PlainError(404, {"error": {"code": "NotFound", "message": message}})


def checked[T](build: Callable[[dict[str, Any]], T], call: Call) -> T:
    """What `build` makes of the body; what it finds wrong becomes a 400."""
    body = call.body
    try:
        return build(body)
    except (ValueError, TypeError, KeyError) as error:
        raise bad_request(str(error)) from None
