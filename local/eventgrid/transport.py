"""One attempt: a request to a subscriber, with the headers of Event Grid."""

import json
import time
from dataclasses import dataclass

import httpx

from local.eventgrid.messages import Message
from local.eventgrid.subscription import Subscription


@dataclass(frozen=True)
class Answer:
    """How an attempt ended: a status, or the name of what went wrong."""

    status: int | None
    error: str | None
    duration_ms: float


def send(
    client: httpx.Client, subscription: Subscription, messages: list[Message], attempts: int
) -> Answer:
    """Posts the messages; `attempts` is how many there have been before."""
    started = time.perf_counter()
    status: int | None = None
    error: str | None = None
    try:
        content, headers = _encode(subscription, messages)
        headers |= _headers(subscription, messages, attempts)
        status = client.post(subscription.endpoint, content=content, headers=headers).status_code
    except httpx.TimeoutException:
        error = "TimedOut"
    except httpx.HTTPError:
        error = "SocketError"
    return Answer(status, error, round((time.perf_counter() - started) * 1000, 3))


def _encode(subscription: Subscription, messages: list[Message]) -> tuple[bytes, dict[str, str]]:
    """Event Grid's schema is always an array; CloudEvents come singly unless batching is on."""
    batched = subscription.delivery.max_events_per_batch > 1
    if subscription.schema == "EventGridSchema":
        kind = "application/json; charset=utf-8"
    else:
        kind = f"application/cloudevents{'-batch' if batched else ''}+json; charset=utf-8"
    headers = {"content-type": kind}
    raw = messages[0].raw
    if raw is not None:
        return raw, headers
    events = [message.content[subscription.schema] for message in messages]
    alone = subscription.schema == "CloudEventSchemaV1_0" and not batched
    return json.dumps(events[0] if alone else events).encode(), headers


def _headers(subscription: Subscription, messages: list[Message], attempts: int) -> dict[str, str]:
    """As subscribers see them: the subscription's name in capitals, the count from 0."""
    first = messages[0].content["EventGridSchema"] or {}
    return {
        "aeg-event-type": "Notification",
        "aeg-subscription-name": subscription.name.upper(),
        "aeg-delivery-count": str(attempts),
        "aeg-data-version": str(first.get("dataVersion", "")),
        "aeg-metadata-version": str(first.get("metadataVersion", "1")),
    }
