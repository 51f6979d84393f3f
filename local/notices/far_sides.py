"""Teams, Slack, a service of the team's own and an Event Grid topic, as they are documented.

- Teams Workflows: 202 for a message with Adaptive Cards, whose address has a signature. That a
  message has 28 KB at most is documented, in which encoding is not: here it counts in both.
- Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, limits as at
  https://docs.slack.dev/reference/block-kit/blocks
- Event Grid: https://learn.microsoft.com/azure/event-grid/cloud-event-schema, batched mode.
"""

import base64
import json
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.notices.inbox import Inbox

SIGNATURE: Final = "s3cr3t-of-teams"
HOOK: Final = "T000/B000/s3cr3tofslack"
TOKEN: Final = "s3cr3t-token-of-ops"  # noqa: S105  # of nobody
TEAMS_PATH: Final = "/workflows/5f1e/triggers/manual/paths/invoke"
_CARD: Final = "application/vnd.microsoft.card.adaptive"
_ATTRIBUTES: Final = {"id", "source", "type", "specversion"}
_AUDIENCE: Final = "https://eventgrid.azure.net"


def far_sides(inbox: Inbox) -> Starlette:
    """All of them, each under a path of its own."""

    async def teams(request: Request, body: Any) -> Response:
        if request.query_params.get("sig") != SIGNATURE:
            return JSONResponse({"error": {"code": "DirectApiAuthorizationRequired"}}, 401)
        if _is_too_large(await request.body()):
            return Response(status_code=413)
        cards = [one["content"] for one in body["attachments"] if one["contentType"] == _CARD]
        if body["type"] != "message" or len(cards) != 1:
            return JSONResponse({"error": {"code": "InvalidTemplate"}}, 400)
        inbox.take("teams", cards[0], request)
        return Response(status_code=202)

    async def slack(request: Request, body: Any) -> Response:
        if request.url.path.removeprefix("/services/") != HOOK:
            return Response("no_service", 404)
        if not body.get("text"):
            return Response("no_text", 400)
        if any(_is_too_long(block) for block in body["blocks"]):
            return Response("invalid_blocks", 400)
        inbox.take("slack", body, request)
        return Response("ok")

    async def ops(request: Request, body: Any) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Response(f"who is {request.headers.get('authorization')}?", 401)
        inbox.take("json", body, request)
        return Response(status_code=204)

    async def topic(request: Request, body: Any) -> Response:
        if _audience(request.headers.get("authorization", "")) != _AUDIENCE:
            return JSONResponse({"error": {"code": "Unauthorized", "message": "No."}}, 401)
        if not request.headers["content-type"].startswith("application/cloudevents-batch+json"):
            return JSONResponse({"error": {"code": "BadRequest", "message": "No."}}, 400)
        for event in body:
            if not event.keys() >= _ATTRIBUTES or event["specversion"] != "1.0":
                return JSONResponse({"error": {"code": "BadRequest", "message": "No."}}, 400)
            inbox.take("topic", event, request)
        return Response(status_code=200)

    return Starlette(
        routes=[
            inbox.route(TEAMS_PATH, teams),
            inbox.route("/services/{hook:path}", slack),
            inbox.route("/ops", ops),
            inbox.route("/api/events", topic),
            *inbox.routes(),
        ]
    )


def _is_too_large(body: bytes) -> bool:
    in_utf_16 = body.decode("utf-8", "replace").encode("utf-16")
    return max(len(body), len(in_utf_16)) > 28 * 1024


def _is_too_long(block: dict[str, Any]) -> bool:
    longest = 150 if block["type"] == "header" else 3_000
    fields = block.get("fields", ())
    return (
        not 0 < len(block.get("text", {"text": "-"})["text"]) <= longest
        or len(fields) > 10
        or any(not 0 < len(one["text"]) <= 2_000 for one in fields)
    )


def _audience(authorization: str) -> str:
    try:
        part = authorization.removeprefix("Bearer ").split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(f"{part}=="))
        return str(claims["aud"]).rstrip("/")
    except (ValueError, IndexError, KeyError):
        return ""
