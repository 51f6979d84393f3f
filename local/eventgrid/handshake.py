"""Proves that an endpoint wants events, as Event Grid does before it creates a subscription.

Event Grid schema: a SubscriptionValidation event whose code the endpoint must answer with.
CloudEvents: an OPTIONS request whose origin the endpoint must allow. The manual way (opening a
validationUrl) is left out.
"""

import time
import uuid
from typing import Any

import httpx

from local.eventgrid.messages import stamp
from local.eventgrid.subscription import Subscription

ORIGIN = "eventgrid.azure.net"
VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"


class HandshakeFailed(Exception):
    """The endpoint did not prove that it wants events; the subscription is not created."""


def shake_hands(client: httpx.Client, subscription: Subscription) -> None:
    """Does the handshake of the subscription's schema, or raises HandshakeFailed."""
    try:
        if subscription.schema == "EventGridSchema":
            _post_validation_code(client, subscription)
        else:
            _ask_for_permission(client, subscription)
    except httpx.HTTPError as error:
        raise _failed(subscription, f"No answer came: {error!r}") from error


def _post_validation_code(client: httpx.Client, subscription: Subscription) -> None:
    code = str(uuid.uuid4()).upper()
    event = {
        "id": str(uuid.uuid4()),
        "topic": subscription.source or "/subscriptions/local",
        "subject": "",
        "data": {"validationCode": code},
        "eventType": VALIDATION,
        "eventTime": stamp(time.time()),
        "metadataVersion": "1",
        "dataVersion": "2",
    }
    headers = {
        "aeg-event-type": "SubscriptionValidation",
        "aeg-subscription-name": subscription.name.upper(),
        "aeg-delivery-count": "0",
        "aeg-data-version": "2",
        "aeg-metadata-version": "1",
    }
    reply = client.post(subscription.endpoint, json=[event], headers=headers)
    if reply.status_code != 200:
        raise _failed(subscription, f"The POST was answered with {reply.status_code}.")
    if _validation_response(reply) != code:
        raise _failed(subscription, "The answer does not hold the validation code.")


def _ask_for_permission(client: httpx.Client, subscription: Subscription) -> None:
    headers = {"WebHook-Request-Origin": ORIGIN, "WebHook-Request-Rate": "120"}
    reply = client.options(subscription.endpoint, headers=headers)
    if not 200 <= reply.status_code <= 204:
        raise _failed(subscription, f"The OPTIONS was answered with {reply.status_code}.")
    if reply.headers.get("WebHook-Allowed-Origin") not in (ORIGIN, "*"):
        raise _failed(subscription, f"WebHook-Allowed-Origin does not name {ORIGIN}.")


def _validation_response(reply: httpx.Response) -> Any:
    try:
        body = reply.json()
    except ValueError:
        return None
    return body.get("validationResponse") if isinstance(body, dict) else None


def _failed(subscription: Subscription, why: str) -> HandshakeFailed:
    """Without the query: it holds the function's key."""
    endpoint = httpx.URL(subscription.endpoint).copy_with(query=None)
    return HandshakeFailed(f"Webhook validation handshake failed for {endpoint}. {why}")
