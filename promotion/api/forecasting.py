"""POST /plans: what would become of a version, without doing anything."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from promotion.api.engine import Engine
from promotion.api.exchange import Asked, Reply, answer
from promotion.api.forecasts import Forecast
from promotion.api.foretelling import candidate_summary, route_forecast
from promotion.api.planning import as_wished, must_be_known, unwanted, wrong
from promotion.api.policy import in_force
from promotion.api.problems import Refusal, of_azure
from promotion.api.requests import PlanRequest
from promotion.core.candidate import Candidate
from promotion.core.errors import PromotionError, Terminal
from promotion.core.planning import plan_promotion
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.models import Policy
from promotion.core.preview import RoutePreview, preview_of, registration_of
from promotion.core.references import ModelVersion
from promotion.core.timing import Timing
from promotion.foreseeing import completed, with_missing
from promotion.loading import load

PATIENCE: Final = 120.0
"""Seconds; Azure's front end ends a request after 230."""
_NOT_THERE: Final = "ModelNotFound"
# Threads of their own: whoever waits for Azure keeps nobody from looking at promotions.
_pool: Final = ThreadPoolExecutor(4, thread_name_prefix="plans")


async def forecast(asked: Asked, engine: Engine) -> Reply:
    """What each route would do with it, and why."""
    body = asked.request.read(PlanRequest)
    document, source, candidate, routes = await _patiently(partial(_foreseen, body))
    known = await asyncio.gather(
        *(engine.find(route.promotion_id) for route in routes if route.promotion_id)
    )
    current = {one.id: one.status for one in known if one is not None and one.name == "promote"}
    return answer(
        Forecast(
            candidate=candidate_summary(candidate, source),
            policy_digest=document.digest,
            routes=[route_forecast(route, current) for route in routes],
        )
    )


async def _patiently[R](look: Callable[[], R], patience: float = PATIENCE) -> R:
    """What ``look`` finds. Raises Refusal (503) when that takes too long."""
    asked = asyncio.get_running_loop().run_in_executor(_pool, look)
    try:
        return await asyncio.wait_for(asked, patience)
    except TimeoutError:
        detail = f"Azure, or a service that a gate asks, did not answer within {patience:g} s."
        headers = {"Retry-After": "60"}
        raise Refusal(
            503, detail, code="TimedOut", remedy="Try again later.", headers=headers
        ) from None


type _Foreseen = tuple[PolicyDocument, str, Candidate, tuple[RoutePreview, ...]]


def _foreseen(body: PlanRequest) -> _Foreseen:
    """By the policy in force, with what Azure and services say now. Raises Refusal."""
    document, _ = in_force()
    must_be_known(document.policy, body)
    source = _source(document.policy, body)
    load("azure.ai.ml", "azure.identity")
    # Here and not above: what is asked of Azure is loaded when it is.
    from promotion.azureml.evidence import read_candidate

    model = ModelVersion(name=body.model, version=body.version)
    try:
        candidate = read_candidate(document.policy.workspaces[source], model)
        routes = tuple(map(with_missing, _routes(document, body, source, candidate)))
    except PromotionError as error:
        raise _refusal(error) from error
    return document, source, candidate, routes


def _routes(
    document: PolicyDocument, body: PlanRequest, source: str, candidate: Candidate
) -> Iterator[RoutePreview]:
    registered = registration_of(candidate)
    if body.route is None:
        wishes = document.policy.wishes(registered)
    else:
        by_hand = body.model_copy(update={"workspace": source})
        wishes = {body.route: unwanted(document.policy, body.route, by_hand)}
    for name, why in wishes.items():
        if why is not None:
            yield RoutePreview(route=name, unwanted=why)
            continue
        promotion = as_wished(plan_promotion(document, name, registered, Timing()), body)
        yield preview_of(promotion, candidate, completed)


def _source(policy: Policy, body: PlanRequest) -> str:
    """What the policy calls the workspace that the version is in."""
    if body.workspace is not None:
        return body.workspace
    if body.route is not None:
        return policy.routes[body.route].sources[0]
    sources = sorted({name for route in policy.routes.values() for name in route.sources})
    if len(sources) > 1:
        raise wrong("workspace", f"routes take models from {', '.join(sources)}; name one")
    return sources[0]


def _refusal(error: PromotionError) -> Refusal:
    if isinstance(error, Terminal) and error.failure.code == _NOT_THERE:
        failure = error.failure
        return Refusal(404, failure.reason, code=_NOT_THERE, remedy=failure.remedy)
    return of_azure(error)
