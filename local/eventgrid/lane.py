"""One subscription at work: what is on its way to it, what has arrived and what never will.

Nothing in here waits or locks: the courier's threads come in one at a time.
"""

import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from local.eventgrid import retry
from local.eventgrid.messages import Message, stamp
from local.eventgrid.subscription import Subscription
from local.eventgrid.transport import Answer

_order = count()


@dataclass
class Pending:
    """An event on its way."""

    message: Message
    due: float
    attempts: int = 0
    order: int = field(default_factory=lambda: next(_order))


Batch = list[Pending]
Job = list[Batch]
"""Batches that are to be sent one after the other."""


@dataclass
class Lane:
    """A subscription with its events."""

    subscription: Subscription
    pending: list[Pending] = field(default_factory=list)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    dead_letters: list[dict[str, Any]] = field(default_factory=list)
    open: bool = True
    """False once the subscription was deleted, replaced or forgotten: nothing counts any more."""

    def enqueue(self, message: Message) -> None:
        delivery = self.subscription.delivery
        window = delivery.reorder_seconds if delivery.reorder else 0.0
        due = time.time() + delivery.delay_seconds + window
        self.pending += [Pending(message, due) for _ in range(1 + delivery.duplicates)]

    def take_due(self, now: float) -> list[Job]:
        """What is to be sent now."""
        due = [found for found in self.pending if found.due <= now]
        if not due:
            return []
        if self.subscription.delivery.reorder:
            # Newest first; what was published while the first one waited comes along.
            due = [found for found in self.pending if found.attempts == 0 or found.due <= now]
            due.sort(key=lambda found: found.order, reverse=True)
        self.pending = [found for found in self.pending if found not in due]
        batches = _batches(due, self.subscription.delivery.max_events_per_batch)
        return [batches] if self.subscription.delivery.reorder else [[batch] for batch in batches]

    def conclude(self, batch: Batch, answer: Answer, at: float) -> None:
        """Every event of a batch shares its fate: Event Grid knows no partial success."""
        for pending in batch:
            pending.attempts += 1
            result = "delivered"
            if not retry.delivered(answer.status):
                result = self._retry_or_give_up(pending, answer, at)
            self.deliveries.append(
                {
                    "event_id": pending.message.id,
                    "attempt": pending.attempts,
                    "at": stamp(at),
                    "status": answer.status,
                    "outcome": retry.outcome(answer.status, answer.error),
                    "result": result,
                    "duration_ms": answer.duration_ms,
                }
            )

    def _retry_or_give_up(self, pending: Pending, answer: Answer, at: float) -> str:
        subscription = self.subscription
        age = time.time() - pending.message.published
        reason = retry.reason_to_give_up(
            subscription.retry, subscription.endpoint_type, pending.attempts, age, answer.status
        )
        if reason is None:
            pending.due = time.time() + subscription.retry.wait(pending.attempts, answer.status)
            self.pending.append(pending)
            return "retrying"
        if not subscription.dead_letter:
            return "dropped"
        self.dead_letters.append(self._dead_letter(pending, reason, answer, at))
        return "dead_lettered"

    def _dead_letter(
        self, pending: Pending, reason: str, answer: Answer, at: float
    ) -> dict[str, Any]:
        """The event with Event Grid's words on why; CloudEvents attributes know no capitals."""
        message, schema = pending.message, self.subscription.schema
        said: dict[str, Any] = {
            "deadLetterReason": reason,
            "deliveryAttempts": pending.attempts,
            "lastDeliveryOutcome": retry.outcome(answer.status, answer.error),
            "lastHttpStatusCode": answer.status,
            "publishTime": stamp(message.published),
            "lastDeliveryAttemptTime": stamp(at),
        }
        if schema == "CloudEventSchemaV1_0":
            said = {name.lower(): value for name, value in said.items()}
        event = message.content[schema]
        if event is None:
            event = {"id": message.id, "data": (message.raw or b"").decode(errors="replace")}
        return {**event, **said}


def _batches(pending: list[Pending], size: int) -> list[Batch]:
    """Groups of at most `size`; raw bytes have no group, and a group has one attempt count."""
    batches: list[Batch] = []
    for found in pending:
        last = batches[-1] if batches else []
        fits = 0 < len(last) < size and last[0].attempts == found.attempts
        if fits and last[0].message.raw is None and found.message.raw is None:
            last.append(found)
        else:
            batches.append([found])
    return batches
