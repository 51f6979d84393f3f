"""Deliveries that fail: tried again, put away as dead letters, or dropped."""

from typing import Any

from subscriber import SOURCE, TYPE, Subscriber, a_subscriber

from local.eventgrid import EventGrid


def publish(grid: EventGrid) -> None:
    grid.publish(SOURCE, TYPE, "models/taxi:1", {"modelName": "taxi", "modelVersion": "1"})


def concluded(grid: EventGrid, count: int) -> list[dict[str, Any]]:
    """The first deliveries that Event Grid has noted."""
    assert grid.wait_until(lambda: len(grid.deliveries("promotion")) >= count)
    return grid.deliveries("promotion")


def test_an_event_that_fails_comes_again_and_counts(
    grid: EventGrid, subscriber: Subscriber
) -> None:
    subscriber.statuses += [500, 503]
    grid.subscribe(subscriber.subscription())
    publish(grid)

    arrivals = subscriber.wait_for(3)

    assert [arrival.headers["aeg-delivery-count"] for arrival in arrivals] == ["0", "1", "2"]
    assert len({arrival.body for arrival in arrivals}) == 1
    results = [delivery["result"] for delivery in concluded(grid, 3)]
    assert results == ["retrying", "retrying", "delivered"]


def test_a_bad_request_is_dead_lettered_at_once(grid: EventGrid, subscriber: Subscriber) -> None:
    subscriber.statuses += [400]
    grid.subscribe(subscriber.subscription())
    publish(grid)
    concluded(grid, 1)

    (letter,) = grid.dead_letters("promotion")

    assert letter["deadLetterReason"] == "UndeliverableDueToHttpBadRequest"
    assert (letter["deliveryAttempts"], letter["lastDeliveryOutcome"]) == (1, "BadRequest")
    assert letter["lastHttpStatusCode"] == 400
    assert {"publishTime", "lastDeliveryAttemptTime"} <= set(letter)
    assert letter["subject"] == "models/taxi:1"


def test_a_dead_cloud_event_says_why_in_small_letters(
    grid: EventGrid, subscriber: Subscriber
) -> None:
    subscriber.statuses += [500, 500]
    schema, retry = "CloudEventSchemaV1_0", {"max_attempts": 2}
    grid.subscribe(subscriber.subscription(schema=schema, retry=retry))
    publish(grid)
    concluded(grid, 2)

    (letter,) = grid.dead_letters("promotion")

    assert letter["deadletterreason"] == "MaxDeliveryAttemptsExceeded"
    assert (letter["deliveryattempts"], letter["specversion"]) == (2, "1.0")


def test_an_event_lives_only_so_long(grid: EventGrid, subscriber: Subscriber) -> None:
    subscriber.statuses += [500]
    grid.subscribe(subscriber.subscription(retry={"ttl_seconds": 60, "schedule_seconds": [61]}))
    publish(grid)
    concluded(grid, 1)

    assert grid.dead_letters("promotion")[0]["deadLetterReason"] == "TimeToLiveExceeded"


def test_without_dead_letters_an_event_is_dropped(grid: EventGrid, subscriber: Subscriber) -> None:
    subscriber.statuses += [413]
    grid.subscribe(subscriber.subscription(dead_letter=False))
    publish(grid)

    assert concluded(grid, 1)[0]["result"] == "dropped"
    assert grid.dead_letters("promotion") == []


def test_a_subscriber_that_takes_too_long_gets_it_again(subscriber: Subscriber) -> None:
    impatient = EventGrid(response_seconds=0.2)
    impatient.subscribe(subscriber.subscription())
    subscriber.hold.clear()
    publish(impatient)

    subscriber.wait_for(2)
    first = concluded(impatient, 1)[0]
    impatient.close()

    assert (first["outcome"], first["status"], first["result"]) == ("TimedOut", None, "retrying")


def test_a_subscriber_that_has_gone_is_a_socket_error(grid: EventGrid) -> None:
    with a_subscriber() as gone:
        grid.subscribe(gone.subscription())
    publish(grid)

    assert concluded(grid, 1)[0]["outcome"] == "SocketError"


def test_nothing_comes_after_a_reset(grid: EventGrid, subscriber: Subscriber) -> None:
    subscriber.statuses += [500]
    grid.subscribe(subscriber.subscription(retry={"schedule_seconds": [0.1]}))
    publish(grid)
    concluded(grid, 1)

    grid.forget()
    grid.subscribe(subscriber.subscription(name="after"))
    grid.publish(SOURCE, TYPE, "models/taxi:2", {})

    assert grid.wait_until(lambda: len(grid.deliveries("after")) == 1)
    assert not grid.wait_until(lambda: len(subscriber.arrivals) > 2, timeout=0.2)
