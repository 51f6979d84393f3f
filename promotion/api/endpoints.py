"""The endpoints: one table, from which requests find their handler and the document is written."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pydantic import BaseModel

from promotion.api import (
    deciding,
    forecasting,
    forecasts,
    listing,
    operating,
    places,
    requests,
    responses,
    showing,
    submitting,
    targeting,
)
from promotion.api.engine import Engine
from promotion.api.exchange import Asked, Reply
from promotion.api.rights import Right

type Handler = Callable[[Asked, Engine], Awaitable[Reply]]


@dataclass(frozen=True)
class Endpoint:
    """One method of one path."""

    method: str
    path: str
    """Below /api; ``{name}`` is one segment."""
    summary: str
    right: Right
    handler: Handler
    content: type[BaseModel]
    """What is answered when all is well."""
    status: int = 200
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    refusals: tuple[int, ...] = ()
    """Problems beside 401, 403, 500 and 503, and those of a body."""
    idempotent: bool = False
    """Whether it heeds Idempotency-Key."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches paths, and names their parameters."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path))


_V, _S, _O, _A = Right.VIEW, Right.START, Right.OPERATE, Right.APPROVE
_PLACE: Final = "targets/{route}/{stage}"


def _get(path: str, summary: str, handler: Handler, content: type[BaseModel]) -> Endpoint:
    return Endpoint("GET", path, summary, _V, handler, content, refusals=(304, 404, 409))


def _post(
    path: str,
    summary: str,
    right: Right,
    handler: Handler,
    body: type[BaseModel],
    *refusals: int,
    idempotent: bool = False,
) -> Endpoint:
    return Endpoint(
        "POST",
        path,
        summary,
        right,
        handler,
        responses.Accepted,
        status=202,
        body=body,
        refusals=refusals,
        idempotent=idempotent,
    )


def _operation(path: str, summary: str, handler: Handler, *refusals: int) -> Endpoint:
    body = requests.RollbackRequest if path.endswith("rollback") else requests.WithReason
    return _post(path, summary, _O, handler, body, *refusals, idempotent=True)


ENDPOINTS: Final = (
    Endpoint(
        "GET",
        "promotions",
        "List promotions, the newest first",
        _V,
        listing.list_promotions,
        responses.Promotions,
        query=requests.Filters,
        refusals=(304, 422),
    ),
    _post(
        "promotions",
        "Promote a model version by hand, through the same gates",
        _S,
        submitting.submit,
        requests.Submission,
        409,
        idempotent=True,
    ),
    Endpoint(
        "POST",
        "plans",
        "Show what would become of a model version, and why; nothing is changed",
        _V,
        forecasting.forecast,
        forecasts.Forecast,
        body=requests.PlanRequest,
        refusals=(404, 502),
    ),
    _get(
        "promotions/{id}",
        "Show a promotion: its verdicts, and where each stage is",
        showing.show_promotion,
        responses.PromotionState,
    ),
    _post(
        "promotions/{id}/approvals",
        "Approve or reject a version that waits for approval",
        _A,
        deciding.decide,
        requests.Decision,
        *(404, 409),
    ),
    _post(
        "promotions/{id}/cancel",
        "Stop a promotion; what it is delivering is taken back",
        _O,
        deciding.cancel,
        requests.WithReason,
        *(404, 409),
    ),
    _post(
        "promotions/{id}/retry",
        "Run a promotion again that did not succeed, by the policy in force",
        _S,
        submitting.retry,
        requests.WithReason,
        *(404, 409),
        idempotent=True,
    ),
    Endpoint(
        "GET",
        "targets",
        "Show what serves where, and what is held",
        _V,
        targeting.list_targets,
        places.Targets,
        query=requests.TargetFilters,
        refusals=(304, 409, 422),
    ),
    _operation(f"{_PLACE}/hold", "Stop deliveries at a stage", operating.hold, 404, 409),
    _operation(f"{_PLACE}/resume", "Let deliveries go on at a stage", operating.resume, 404, 409),
    _operation(
        f"{_PLACE}/rollback",
        "Hold a stage and let an earlier version serve again",
        operating.roll_back,
        *(404, 409),
    ),
    _operation("line/hold", "Stop deliveries everywhere", operating.hold, 409),
    _operation("line/resume", "Let deliveries go on everywhere", operating.resume, 409),
    _get(
        "operations/{id}",
        "Show how a hold, its end or a rollback goes",
        operating.show_operation,
        responses.OperationState,
    ),
)
