"""Binds the HTTP API to the host: one function for all of it, so that one process serves it."""

import os
from typing import Any

import azure.durable_functions as df
import azure.functions as func

AUTH = "PROMOTION_AUTH"
# Those that no endpoint has are answered with 405, not by the host with an empty 404.
_METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
api = df.Blueprint()


def _level() -> func.AuthLevel:
    """With Entra the platform has asked who it is before; otherwise the host asks for a key.

    The host reads this when it loads the app, which it does again when a setting changes.
    """
    entra = os.environ.get(AUTH) in ("entra", "entra-in-front")
    return func.AuthLevel.ANONYMOUS if entra else func.AuthLevel.FUNCTION


@api.route("health", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
async def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  # any request
    """The app answers; nothing more is told to anybody who asks."""
    headers = {"Cache-Control": "no-store"}
    return func.HttpResponse('{"status":"ok"}', mimetype="application/json", headers=headers)


@api.route("{*path}", methods=_METHODS, auth_level=_level())
@api.durable_client_input(client_name="client")
async def http_api(req: func.HttpRequest, client: Any) -> func.HttpResponse:
    """Everything that docs/reference/http-api.md describes."""
    from promotion.api.dispatch import respond
    from promotion.api.exchange import Request
    from promotion.api.identity import auth_of
    from promotion.triggers.durable_engine import DurableEngine

    request = Request(
        method=req.method.upper(),
        path=str(req.route_params.get("path") or "").strip("/"),
        headers={name.lower(): value for name, value in req.headers.items()},
        query=dict(req.params),
        body=req.get_body(),
    )
    reply = await respond(request, DurableEngine(client), auth_of(os.environ))
    return func.HttpResponse(
        reply.body,
        status_code=reply.status,
        headers=dict(reply.headers),
        mimetype=reply.media_type,
    )
