"""When Event Grid tries again, when it gives up, and how it calls what happened.

The numbers are those of the page "Event Grid message delivery and retry". No I/O here.
"""

from dataclasses import dataclass
from typing import Literal

SCHEDULE = (10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 10800.0, 21600.0, 43200.0)
"""Seconds before each retry; the last one repeats. Azure blurs them a little, this does not."""

EndpointType = Literal["WebHook", "AzureFunction"]

_NEVER_RETRIED: dict[EndpointType, frozenset[int]] = {
    "WebHook": frozenset({400, 401, 403, 413}),
    "AzureFunction": frozenset({400, 403, 413}),
}
_AT_LEAST = {401: 300.0, 403: 300.0, 404: 300.0, 408: 120.0, 503: 30.0}
"""Seconds that some answers cost at least. What is not here costs what the schedule says."""

_OUTCOMES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    408: "TimedOut",
    413: "PayloadTooLarge",
    503: "Busy",
}
_UNDELIVERABLE = {
    400: "UndeliverableDueToHttpBadRequest",
    401: "UndeliverableDueToHttpUnauthorized",
    403: "UndeliverableDueToHttpForbidden",
    413: "UndeliverableDueToHttpRequestEntityTooLarge",
}


@dataclass(frozen=True)
class RetryPolicy:
    """How long Event Grid keeps trying."""

    max_attempts: int = 30
    ttl_seconds: float = 24 * 3600
    schedule_seconds: tuple[float, ...] | None = None
    """A schedule of one's own. It is taken literally: no answer costs more than it says."""

    def wait(self, attempts: int, status: int | None) -> float:
        """Seconds until the next attempt, after so many."""
        schedule = self.schedule_seconds or SCHEDULE
        seconds = schedule[min(attempts, len(schedule)) - 1]
        if self.schedule_seconds is not None:
            return seconds
        return max(seconds, _AT_LEAST.get(status or 0, 0.0))


def delivered(status: int | None) -> bool:
    """Only these count; a redirect, say, is a failure."""
    return status is not None and 200 <= status <= 204


def outcome(status: int | None, error: str | None) -> str:
    """What `lastDeliveryOutcome` says."""
    if error:
        return error
    return "Delivered" if delivered(status) else _OUTCOMES.get(status or 0, "GenericError")


def reason_to_give_up(
    policy: RetryPolicy,
    endpoint_type: EndpointType,
    attempts: int,
    age_seconds: float,
    status: int | None,
) -> str | None:
    """The `deadLetterReason` of an event that is not tried again, or None."""
    if status in _NEVER_RETRIED[endpoint_type]:
        return _UNDELIVERABLE[status or 0]
    if attempts >= policy.max_attempts:
        return "MaxDeliveryAttemptsExceeded"
    if age_seconds + policy.wait(attempts, status) > policy.ttl_seconds:
        return "TimeToLiveExceeded"
    return None
