"""A request as the resources see it, and the reply they give."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from local.azureml.errors import AzureError

if TYPE_CHECKING:
    from local.azureml.cloud import Cloud


class _Empty:
    """Marks a reply without a body. None is not that: Azure sends the four bytes `null`."""


EMPTY: Final = _Empty()


@dataclass(frozen=True)
class Reply:
    """What goes back: a body of str or bytes is sent as it is, any other as JSON."""

    status: int = 200
    body: Any = EMPTY
    headers: Mapping[str, str] = field(default_factory=dict)

    def encode(self) -> tuple[bytes, dict[str, str]]:
        """The bytes and the headers that describe them."""
        if self.body is EMPTY or self.body == b"":
            return b"", {}
        if isinstance(self.body, bytes):
            return self.body, {"content-type": "application/octet-stream"}
        if isinstance(self.body, str):
            return self.body.encode(), {"content-type": "text/plain; charset=utf-8"}
        return json.dumps(self.body).encode(), {"content-type": "application/json; charset=utf-8"}


@dataclass
class Call:
    """One request, with the parts that the route table cut out of its path."""

    cloud: "Cloud"
    method: str
    path: str
    query: Mapping[str, str]
    query_string: str
    headers: Mapping[str, str]
    raw: bytes = b""
    params: dict[str, str] = field(default_factory=dict)
    operation_error: dict[str, Any] | None = None
    """Set by a fault: the long-running operation that this request starts shall fail with it."""

    @cached_property
    def body(self) -> dict[str, Any]:
        """The JSON body; an empty one reads as {}, so that what is missing can be named."""
        try:
            body = json.loads(self.raw or b"{}")
        except ValueError as error:
            message = f"The request body is not valid JSON: {error}"
            raise AzureError(400, "BadRequest", message) from None
        if not isinstance(body, dict):
            raise AzureError(400, "BadRequest", "The request body must be a JSON object.")
        return body

    @property
    def api_version(self) -> str:
        return self.query.get("api-version", "")

    @property
    def bearer(self) -> str:
        """The bearer token, or nothing."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    @property
    def properties(self) -> dict[str, Any]:
        """The body's `properties`, where ARM keeps everything that matters."""
        properties = self.body.get("properties")
        if not isinstance(properties, dict):
            raise AzureError(400, "BadRequest", "The request body has no properties.")
        return properties
