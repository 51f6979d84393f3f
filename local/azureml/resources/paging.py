"""Long lists in pages.

Recorded: `$top` is the size of a page, not of the answer; `nextLink` is the same request with a
`$skipToken`, and the last page has no such field.
"""

import base64
import binascii
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from local.azureml.errors import user_error
from local.azureml.wire import Call, Reply

_PLACE = "$skipToken"


def page(call: Call, listed: list[dict[str, Any]]) -> Reply:
    """The part of the list that the request asks for."""
    first, size = _first(call), _size(call)
    body: dict[str, Any] = {"value": listed[first : first + size]}
    if first + size < len(listed):
        body["nextLink"] = _next_link(call, first + size)
    return Reply(body=body)


def _size(call: Call) -> int:
    asked = call.query.get("$top", str(call.cloud.settings.page_size))
    if not asked.isdecimal() or not int(asked):
        raise user_error(400, f"The value '{asked}' is not valid for $top.")
    return int(asked)


def _first(call: Call) -> int:
    token = next((v for k, v in call.query.items() if k.lower() == _PLACE.lower()), None)
    if token is None:
        return 0
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError):
        raise user_error(400, f"The continuation token '{token}' is not valid.") from None


def _next_link(call: Call, first: int) -> str:
    query = [pair for pair in parse_qsl(call.query_string) if pair[0].lower() != _PLACE.lower()]
    query.append((_PLACE, base64.b64encode(str(first).encode()).decode()))
    return f"{call.cloud.url}{quote(call.path)}?{urlencode(query, safe='$')}"
