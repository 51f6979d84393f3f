"""Publishes an event to a custom topic of Event Grid, as the app's own identity."""

from functools import cache
from typing import TYPE_CHECKING, Final

from promotion.core.errors import Terminal
from promotion.core.notices.event import Event
from promotion.identity import NAME, credential
from promotion.notices.webhooks import Later

if TYPE_CHECKING:
    from azure.eventgrid import EventGridPublisherClient

_PATIENCE: Final = 20.0
"""Seconds to connect, and between two bytes of an answer."""
_WHO: Final = "The Event Grid topic in PROMOTION_TOPIC"
_ROLE: Final = "Give the app's identity the role EventGrid Data Sender on the topic."
_REMEDIES: Final = {
    400: "Make the topic with the input schema CloudEvents v1.0.",
    401: _ROLE,
    403: _ROLE,
    404: "Set PROMOTION_TOPIC to the endpoint of a topic that exists.",
    413: "Report this: the event is too large.",
}


def publish(topic: str, event: Event) -> Later | None:
    """None when the topic has taken it. Raises Terminal when it never will."""
    from azure.core.exceptions import (
        AzureError,
        ClientAuthenticationError,
        HttpResponseError,
        ResourceNotFoundError,
    )
    from azure.core.messaging import CloudEvent

    sent = CloudEvent(
        id=event.id, source=event.source, type=event.type, subject=event.subject, data=event.data
    )
    try:
        _client(topic).send(sent)
    except HttpResponseError as error:
        # Of a 404 the client makes an error of its own, without the status.
        status = 404 if isinstance(error, ResourceNotFoundError) else error.status_code
        if status is None and isinstance(error, ClientAuthenticationError):
            return Later("There is no token for Event Grid.", "NoToken")
        if status is None or status >= 500 or status in (408, 429):
            return Later(f"{_WHO} answered {status or 'nothing'}.", str(status or "NoAnswer"))
        raise Terminal(
            f"{_WHO} answered {status}.", remedy=_REMEDIES.get(status), code=str(status)
        ) from None
    except AzureError as error:
        return Later(f"{_WHO} could not be reached ({type(error).__name__}).", "NoAnswer")
    return None


@cache
def _client(topic: str) -> "EventGridPublisherClient":
    from azure.core.pipeline.policies import RetryPolicy
    from azure.eventgrid import EventGridPublisherClient

    return EventGridPublisherClient(
        topic,
        credential(),
        # A durable timer waits better than a function.
        retry_policy=RetryPolicy(retry_total=1, retry_backoff_max=2),
        connection_timeout=_PATIENCE,
        read_timeout=_PATIENCE,
        user_agent=NAME,
    )
