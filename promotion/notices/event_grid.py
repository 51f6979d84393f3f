"""Publishes an event to a custom topic of Event Grid, as the app's own identity."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from promotion.core.errors import Terminal
from promotion.core.notices.event import Event
from promotion.identity import credential
from promotion.notices.webhooks import Later, until

if TYPE_CHECKING:
    from azure.eventgrid import EventGridPublisherClient

_PATIENCE: Final = 20.0
"""Seconds to connect, and between two bytes of an answer."""
_CLOUD_EVENTS: Final = "application/cloudevents-batch+json; charset=utf-8"
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
        id=event.id,
        source=event.source,
        type=event.type,
        subject=event.subject,
        time=event.time,
        datacontenttype="application/json",
        data=event.data,
    )
    try:
        # With each request: the client drops what it is given (azure-eventgrid 4.22.1), and would
        # sleep as long as the topic wants, in the function. A durable timer waits better.
        _client(topic).send(
            [sent],
            content_type=_CLOUD_EVENTS,
            retry_total=0,
            connection_timeout=_PATIENCE,
            read_timeout=_PATIENCE,
            permit_redirects=False,
        )
    except HttpResponseError as error:
        # Of a 404 the client makes an error of its own, without the status.
        status = 404 if isinstance(error, ResourceNotFoundError) else error.status_code
        if status is None and isinstance(error, ClientAuthenticationError):
            return Later("There is no token for Event Grid.", "NoToken")
        if status is None or status >= 500 or status in (408, 429):
            reason, code = f"{_WHO} answered {status or 'nothing'}.", str(status or "NoAnswer")
            return Later(reason, code, _asked_for(error))
        raise Terminal(
            f"{_WHO} answered {status}.", remedy=_REMEDIES.get(status), code=str(status)
        ) from None
    except AzureError as error:
        return Later(f"{_WHO} could not be reached ({type(error).__name__}).", "NoAnswer")
    return None


def _asked_for(error: Any) -> datetime | None:
    headers = error.response.headers if error.response is not None else {}
    return until(headers.get("Retry-After"))


@cache
def _client(topic: str) -> "EventGridPublisherClient":
    from azure.eventgrid import EventGridPublisherClient

    return EventGridPublisherClient(topic, credential())
