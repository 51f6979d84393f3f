"""From a request to its reply: who asks, what is asked, whether that caller may."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from promotion.api.docs import page
from promotion.api.endpoints import ENDPOINTS, Endpoint
from promotion.api.engine import Engine
from promotion.api.exchange import Asked, Reply, Request, finished, problem
from promotion.api.identity import Caller, caller_of
from promotion.api.openapi import document
from promotion.api.problems import Refusal, broken, not_found, of_error
from promotion.api.rights import Right
from promotion.core.errors import PromotionError

_logger = logging.getLogger("promotion")


async def respond(request: Request, engine: Engine, auth: str | None) -> Reply:
    """The reply to ``request``; ``auth`` is the setting PROMOTION_AUTH. Never raises."""
    try:
        reply = await _reply(request, engine, auth)
    except Refusal as refusal:
        reply = problem(refusal)
    except PromotionError as error:
        reply = problem(of_error(error))
    except Exception:  # a fault of ours: nothing of it leaves but a name for it
        correlation_id = uuid4().hex
        _logger.exception("a request broke: %s", correlation_id)
        reply = problem(broken(correlation_id))
    return finished(request, reply)


async def _reply(request: Request, engine: Engine, auth: str | None) -> Reply:
    # Before anything else: whoever is not known learns nothing, not even what there is.
    caller = caller_of(request.headers, auth)
    if (pages := _PAGES.get(request.path)) is not None:
        caller.must(Right.VIEW)
        if request.method not in ("GET", "HEAD"):
            raise _another_method("GET")
        return await asyncio.to_thread(pages)
    endpoint, parameters = _find(request, caller)
    caller.must(endpoint.right)
    return await endpoint.handler(Asked(request, caller, parameters), engine)


def _openapi() -> Reply:
    return Reply(200, document())


def _docs() -> Reply:
    text, headers = page()
    return Reply(200, text, headers, "text/html")


_PAGES: Final[dict[str, Callable[[], Reply]]] = {"openapi.json": _openapi, "docs": _docs}
"""What describes the endpoints and is none of them."""


def _find(request: Request, caller: Caller) -> tuple[Endpoint, dict[str, str]]:
    method = "GET" if request.method == "HEAD" else request.method
    matches = [(one, one.pattern.fullmatch(request.path)) for one in ENDPOINTS]
    here = [(one, match.groupdict()) for one, match in matches if match is not None]
    for endpoint, parameters in here:
        if endpoint.method == method:
            return endpoint, parameters
    caller.must(Right.VIEW)
    if not here:
        raise not_found("What is asked for")
    raise _another_method(*sorted(endpoint.method for endpoint, _ in here))


def _another_method(*methods: str) -> Refusal:
    named = ", ".join([*methods, *(["HEAD"] if "GET" in methods else [])])
    detail = f"Only {named} can be used here."
    return Refusal(405, detail, code="Method", headers={"Allow": named})
