"""From a request to its reply: who asks, what is asked, whether that caller may."""

import logging
from uuid import uuid4

from promotion.api.endpoints import ENDPOINTS, Endpoint
from promotion.api.engine import Engine
from promotion.api.exchange import Asked, Reply, Request, finished, problem
from promotion.api.identity import Caller, caller_of
from promotion.api.openapi import document
from promotion.api.problems import Refusal, broken, not_found, of_error, of_policy
from promotion.api.rights import Right
from promotion.core.errors import PromotionError
from promotion.core.policy.mistakes import PolicyInvalid

_logger = logging.getLogger("promotion")


async def respond(request: Request, engine: Engine, auth: str | None) -> Reply:
    """The reply to ``request``; ``auth`` is the setting PROMOTION_AUTH. Never raises."""
    try:
        reply = await _reply(request, engine, auth)
    except Refusal as refusal:
        reply = problem(refusal)
    except PromotionError as error:
        reply = problem(of_error(error))
    except (PolicyInvalid, OSError) as error:
        _logger.exception("a request could not be answered")
        reply = problem(of_policy(error))
    except Exception:  # a fault of ours: nothing of it leaves but a name for it
        correlation_id = uuid4().hex
        _logger.exception("a request broke: %s", correlation_id)
        reply = problem(broken(correlation_id))
    return finished(request, reply)


async def _reply(request: Request, engine: Engine, auth: str | None) -> Reply:
    # Before anything else: whoever is not known learns nothing, not even what there is.
    caller = caller_of(request.headers, auth)
    if request.path == "openapi.json" and request.method == "GET":
        caller.must(Right.VIEW)
        return Reply(200, document())
    endpoint, parameters = _find(request, caller)
    caller.must(endpoint.right)
    return await endpoint.handler(Asked(request, caller, parameters), engine)


def _find(request: Request, caller: Caller) -> tuple[Endpoint, dict[str, str]]:
    matches = [(one, one.pattern.fullmatch(request.path)) for one in ENDPOINTS]
    here = [(one, match.groupdict()) for one, match in matches if match is not None]
    for endpoint, parameters in here:
        if endpoint.method == request.method:
            return endpoint, parameters
    caller.must(Right.VIEW)
    if not here:
        raise not_found("What is asked for")
    methods = ", ".join(sorted(endpoint.method for endpoint, _ in here))
    detail = f"Only {methods} can be used here."
    raise Refusal(405, detail, code="Method", headers={"Allow": methods})
