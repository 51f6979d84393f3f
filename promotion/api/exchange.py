"""A request and its reply, as plain data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from pydantic import BaseModel, ValidationError

from promotion.api.identity import Caller
from promotion.api.problems import MEDIA_TYPE, Refusal, of_validation

PREFIX: Final = "/api"
_ALWAYS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # An address may have a function key in it.
    "Referrer-Policy": "no-referrer",
}
_OF_THE_HOST: Final = frozenset({"code", "clientid"})
"""Parts of a query that are meant for the host: a function key, and its name."""
BODY_LIMIT: Final = 65_536
"""Bytes of a request body."""


@dataclass(frozen=True)
class Request:
    """What was sent."""

    method: str
    path: str
    """Below /api, without a slash at its ends."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def read[M: BaseModel](self, model: type[M]) -> M:
        """The body. Raises Refusal: 400, 413, 415, 422."""
        if len(self.body) > BODY_LIMIT:
            raise Refusal(413, f"A body has at most {BODY_LIMIT} bytes.", code="TooLarge")
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            detail = "The body must be JSON."
            remedy = "Send the header Content-Type: application/json."
            raise Refusal(415, detail, code="NotJson", remedy=remedy)
        try:
            return model.model_validate_json(self.body)
        except ValidationError as error:
            raise of_validation(error) from None

    def filters[M: BaseModel](self, model: type[M]) -> M:
        """The query. Raises Refusal (422)."""
        try:
            ours = {k: value for k, value in self.query.items() if k.lower() not in _OF_THE_HOST}
            return model.model_validate(ours)
        except ValidationError as error:
            raise of_validation(error, "query") from None


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


@dataclass(frozen=True)
class Asked:
    """A request whose caller is known and may ask it."""

    request: Request
    caller: Caller
    parameters: Mapping[str, str]
    """What the path names."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


def answer(content: BaseModel, status: int = 200, **headers: str) -> Reply:
    """``content`` as JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, content.model_dump_json(), named)


def accepted(path: str, content: BaseModel) -> Reply:
    """It takes time: look at ``path``, below /api."""
    return answer(content, 202, Location=f"{PREFIX}/{path}", Retry_After="2")


def problem(refusal: Refusal) -> Reply:
    """The reply that says why not."""
    body = refusal.problem.model_dump_json(exclude_none=True)
    return Reply(refusal.problem.status, body, refusal.headers, MEDIA_TYPE)


def finished(request: Request, reply: Reply) -> Reply:
    """With what every reply has: nothing is kept on the way, and nothing is sent twice.

    The reply to HEAD is that to GET: the web server leaves the body out, and tells its length.
    """
    headers = {**reply.headers, **_ALWAYS}
    if request.method in ("GET", "HEAD") and reply.status == 200:
        tag = f'"{sha256(reply.body.encode()).hexdigest()[:32]}"'
        headers |= {"ETag": tag, "Cache-Control": "private, no-cache"}
        known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
        if "*" in known or tag in (one.removeprefix("W/") for one in known):
            return Reply(304, "", headers)
    return Reply(reply.status, reply.body, headers, reply.media_type)


def to_json(content: object) -> str:
    """As the checked-in documents are written."""
    return json.dumps(content, indent=2) + "\n"
