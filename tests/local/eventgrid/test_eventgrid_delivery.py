"""Deliveries: what a subscriber gets, how often, in which order, and what becomes of the rest."""

from typing import Any

import pytest
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridEvent
from subscriber import SOURCE, TYPE, Subscriber

from local.eventgrid import EventGrid, UnknownEvent, UnknownSubscription

DATA = {"modelName": "taxi", "modelVersion": "1"}


def publish(grid: EventGrid, version: int = 1) -> None:
    grid.publish(SOURCE, TYPE, f"models/taxi:{version}", DATA)


def concluded(grid: EventGrid, count: int) -> list[dict[str, Any]]:
    """The first deliveries that Event Grid has noted."""
    assert grid.wait_until(lambda: len(grid.deliveries("promotion")) >= count)
    return grid.deliveries("promotion")


def test_an_event_comes_in_the_event_grid_schema(grid: EventGrid, subscriber: Subscriber) -> None:
    grid.subscribe(subscriber.subscription())
    publish(grid)

    arrival = subscriber.wait_for(1)[0]

    (body,) = arrival.json
    event = EventGridEvent.from_dict(body)
    assert (event.topic, event.subject, event.event_type) == (SOURCE, "models/taxi:1", TYPE)
    assert (event.data, event.data_version, event.metadata_version) == (DATA, "", "1")
    assert arrival.headers["content-type"].startswith("application/json")


def test_an_event_comes_with_the_headers_of_event_grid(
    grid: EventGrid, subscriber: Subscriber
) -> None:
    grid.subscribe(subscriber.subscription())
    publish(grid)

    headers = subscriber.wait_for(1)[0].headers

    assert headers["aeg-event-type"] == "Notification"
    assert headers["aeg-subscription-name"] == "PROMOTION"
    assert headers["aeg-delivery-count"] == "0"
    assert headers["aeg-metadata-version"] == "1"
    assert headers["aeg-data-version"] == ""


def test_an_event_comes_as_a_cloud_event(grid: EventGrid, subscriber: Subscriber) -> None:
    grid.subscribe(subscriber.subscription(schema="CloudEventSchemaV1_0"))
    publish(grid)

    arrival = subscriber.wait_for(1)[0]

    event = CloudEvent.from_dict(arrival.json)
    assert (event.source, event.type, event.specversion) == (SOURCE, TYPE, "1.0")
    assert event.data == DATA
    assert arrival.headers["content-type"].startswith("application/cloudevents+json")


@pytest.mark.parametrize(
    ("schema", "content_type"),
    [
        ("EventGridSchema", "application/json"),
        ("CloudEventSchemaV1_0", "application/cloudevents-batch+json"),
    ],
)
def test_events_may_come_in_batches(
    grid: EventGrid, subscriber: Subscriber, schema: str, content_type: str
) -> None:
    delivery = {"max_events_per_batch": 2, "delay_seconds": 0.2}
    grid.subscribe(subscriber.subscription(schema=schema, delivery=delivery))
    for version in (1, 2, 3):
        publish(grid, version)

    arrivals = subscriber.wait_for(2)

    assert sorted(len(arrival.json) for arrival in arrivals) == [1, 2]
    assert arrivals[0].headers["content-type"].startswith(content_type)


@pytest.mark.parametrize(
    "filter",
    [{"event_types": ["Microsoft.MachineLearningServices.RunCompleted"]}, {"source": "/other"}],
)
def test_only_what_matches_comes(
    grid: EventGrid, subscriber: Subscriber, filter: dict[str, Any]
) -> None:
    grid.subscribe(subscriber.subscription(**filter))
    publish(grid)
    grid.publish("/other", "Microsoft.MachineLearningServices.RunCompleted", "right", {})

    assert subscriber.wait_for(1)[0].json[0]["subject"] == "right"
    assert len(concluded(grid, 1)) == 1


def test_sources_are_compared_in_any_case(grid: EventGrid, subscriber: Subscriber) -> None:
    grid.subscribe(subscriber.subscription(source=SOURCE.upper()))
    publish(grid)

    subscriber.wait_for(1)


def test_every_event_may_come_more_than_once(grid: EventGrid, subscriber: Subscriber) -> None:
    grid.subscribe(subscriber.subscription(delivery={"duplicates": 2}))
    publish(grid)

    arrivals = subscriber.wait_for(3)

    assert len({arrival.json[0]["id"] for arrival in arrivals}) == 1


def test_events_may_come_in_the_wrong_order(grid: EventGrid, subscriber: Subscriber) -> None:
    grid.subscribe(subscriber.subscription(delivery={"reorder": True}))
    for version in (1, 2, 3):
        publish(grid, version)

    arrivals = subscriber.wait_for(3)

    subjects = [arrival.json[0]["subject"] for arrival in arrivals]
    assert subjects == ["models/taxi:3", "models/taxi:2", "models/taxi:1"]


def test_a_past_event_comes_again_on_demand(grid: EventGrid, subscriber: Subscriber) -> None:
    grid.subscribe(subscriber.subscription())
    publish(grid)
    subscriber.wait_for(1)

    grid.redeliver(grid.events()[0].id, times=2)

    assert len({arrival.body for arrival in subscriber.wait_for(3)}) == 1
    with pytest.raises(UnknownEvent):
        grid.redeliver("nobody")


def test_an_object_that_is_handed_in_is_delivered_as_an_event(
    grid: EventGrid, subscriber: Subscriber
) -> None:
    grid.subscribe(subscriber.subscription())

    grid.publish_given(b'{"eventType": "odd", "data": {"ModelName": 1}}')

    assert subscriber.wait_for(1)[0].json == [{"eventType": "odd", "data": {"ModelName": 1}}]


@pytest.mark.parametrize("raw", [b"not json", b'["a list"]', b"", b"\xff"])
def test_anything_else_is_delivered_byte_for_byte(
    grid: EventGrid, subscriber: Subscriber, raw: bytes
) -> None:
    grid.subscribe(subscriber.subscription())

    grid.publish_given(raw)

    assert subscriber.wait_for(1)[0].body == raw


def test_an_event_may_be_for_one_subscription_whatever_it_wants(
    grid: EventGrid, subscriber: Subscriber
) -> None:
    grid.subscribe(subscriber.subscription(event_types=["Other"]))
    grid.subscribe(subscriber.subscription(name="bystander"))

    grid.publish_given(b'{"eventType": "odd"}', "promotion")

    concluded(grid, 1)
    assert grid.deliveries("bystander") == []
    with pytest.raises(UnknownSubscription):
        grid.publish_given(b"{}", "nobody")
