"""The handshake: nobody gets events who has not said that he wants them."""

import pytest
from subscriber import SOURCE, TYPE, Subscriber

from local.eventgrid import EventGrid, HandshakeFailed

CLOUD_EVENTS = "CloudEventSchemaV1_0"


def test_a_webhook_proves_itself_with_the_validation_code(
    grid: EventGrid, subscriber: Subscriber
) -> None:
    grid.subscribe(subscriber.subscription(source=SOURCE))

    asked = subscriber.handshakes[0]
    assert asked.headers["aeg-event-type"] == "SubscriptionValidation"
    assert asked.json[0]["eventType"] == "Microsoft.EventGrid.SubscriptionValidationEvent"
    assert asked.json[0]["topic"] == SOURCE


@pytest.mark.parametrize("handshake", ["answers wrongly", "fails"])
def test_a_webhook_that_does_not_is_not_subscribed(
    grid: EventGrid, subscriber: Subscriber, handshake: str
) -> None:
    subscriber.handshake = handshake

    with pytest.raises(HandshakeFailed, match="handshake failed"):
        grid.subscribe(subscriber.subscription())

    assert grid.subscriptions() == []


def test_a_cloud_events_webhook_allows_the_origin(grid: EventGrid, subscriber: Subscriber) -> None:
    grid.subscribe(subscriber.subscription(schema=CLOUD_EVENTS))

    assert subscriber.handshakes[0].headers["webhook-request-origin"] == "eventgrid.azure.net"


def test_a_cloud_events_webhook_that_allows_another_is_not_subscribed(
    grid: EventGrid, subscriber: Subscriber
) -> None:
    subscriber.allowed_origin = "example.org"

    with pytest.raises(HandshakeFailed):
        grid.subscribe(subscriber.subscription(schema=CLOUD_EVENTS))


def test_a_webhook_that_is_not_there_is_not_subscribed_and_its_key_not_told(
    grid: EventGrid, subscriber: Subscriber
) -> None:
    nobody = "http://127.0.0.1:9/events?code=secret"

    with pytest.raises(HandshakeFailed) as raised:
        grid.subscribe(subscriber.subscription(endpoint=nobody))

    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x"},
        {"schema": "Xml"},
        {"colour": "red"},
        {"delivery": {"speed": 1}},
        {"retry": {"attempts": 1}},
        {"endpoint": None},
    ],
)
def test_a_subscription_that_makes_no_sense_is_refused(
    grid: EventGrid, subscriber: Subscriber, fields: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r".+"):
        grid.subscribe(subscriber.subscription(**fields))


def test_subscribing_again_replaces_the_old_subscription(
    grid: EventGrid, subscriber: Subscriber
) -> None:
    grid.subscribe(subscriber.subscription())
    grid.subscribe(subscriber.subscription(event_types=["Other"]))

    grid.publish(SOURCE, TYPE, "models/taxi:1", {})

    assert len(grid.subscriptions()) == 1
    assert grid.deliveries("promotion") == []
