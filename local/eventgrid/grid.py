"""Event Grid as its users see it: subscriptions and events."""

from collections.abc import Callable
from typing import Any

import httpx

from local.eventgrid import messages
from local.eventgrid.courier import Courier
from local.eventgrid.handshake import shake_hands
from local.eventgrid.lane import Lane
from local.eventgrid.messages import Message
from local.eventgrid.subscription import Subscription


class UnknownSubscription(LookupError):
    """There is no subscription of that name."""


class UnknownEvent(LookupError):
    """No event of that id was published."""


class EventGrid:
    """Delivers events to subscriptions: at least once, in no particular order."""

    def __init__(self, response_seconds: float = 30.0) -> None:
        self._client = httpx.Client(timeout=response_seconds, trust_env=False)
        self._courier = Courier(self._client)
        self._changed = self._courier.changed
        self._events: list[Message] = []

    def subscribe(self, body: dict[str, Any]) -> Subscription:
        """Creates or replaces a subscription, after the handshake; this takes network time."""
        subscription = Subscription.parse(body)
        shake_hands(self._client, subscription)
        with self._changed:
            if replaced := self._courier.lanes.get(subscription.name):
                replaced.open = False
            self._courier.lanes[subscription.name] = Lane(subscription)
            self._courier.start()
        return subscription

    def unsubscribe(self, name: str) -> None:
        with self._changed:
            self._lane(name).open = False
            del self._courier.lanes[name]

    def subscriptions(self) -> list[Subscription]:
        with self._changed:
            return [lane.subscription for lane in self._courier.lanes.values()]

    def subscription(self, name: str) -> Subscription:
        with self._changed:
            return self._lane(name).subscription

    def deliveries(self, name: str) -> list[dict[str, Any]]:
        """Every attempt, oldest first."""
        with self._changed:
            return list(self._lane(name).deliveries)

    def dead_letters(self, name: str) -> list[dict[str, Any]]:
        """What was given up."""
        with self._changed:
            return list(self._lane(name).dead_letters)

    def publish(self, source: str, type: str, subject: str, data: dict[str, Any]) -> None:
        """An event of an Azure service."""
        self._take(messages.system_event(source, type, subject, data))

    def publish_given(self, body: bytes, subscription: str | None = None) -> Message:
        """Anything at all, to the subscriptions that match or to a named one."""
        message = messages.given(body)
        self._take(message, subscription)
        return message

    def redeliver(self, id: str, times: int = 1) -> None:
        """Delivers a past event again, as Event Grid may at any time."""
        with self._changed:
            message = next((found for found in self._events if found.id == id), None)
            if message is None:
                raise UnknownEvent(id)
            for _ in range(times):
                self._spread(message)

    def events(self) -> list[Message]:
        with self._changed:
            return list(self._events)

    def wait_until(self, condition: Callable[[], bool], timeout: float = 10.0) -> bool:
        """Waits for a delivery to bring something about; False when it did not in time."""
        with self._changed:
            return self._changed.wait_for(condition, timeout)

    def forget(self) -> None:
        """No subscriptions and no events."""
        with self._changed:
            self._courier.close_lanes()
            self._events.clear()

    def close(self) -> None:
        self._courier.stop()
        self._client.close()

    def _lane(self, name: str) -> Lane:
        if name not in self._courier.lanes:
            raise UnknownSubscription(name)
        return self._courier.lanes[name]

    def _take(self, message: Message, only: str | None = None) -> None:
        with self._changed:
            if only is not None:
                self._lane(only)
            self._events.append(message)
            self._spread(message, only)

    def _spread(self, message: Message, only: str | None = None) -> None:
        for name, lane in self._courier.lanes.items():
            if name == only or (only is None and lane.subscription.wants(message)):
                lane.enqueue(message)
        self._changed.notify_all()
