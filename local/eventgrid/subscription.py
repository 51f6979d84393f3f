"""Event subscriptions: who wants which events, in which form."""

import re
from dataclasses import dataclass, field
from typing import Any, Self, get_args

from local.eventgrid.messages import SCHEMAS, Message, Schema
from local.eventgrid.retry import EndpointType, RetryPolicy

_NAME = re.compile(r"[A-Za-z0-9-]{3,64}")


@dataclass(frozen=True)
class Delivery:
    """How the events of a subscription arrive. All but the last are Event Grid's bad days."""

    duplicates: int = 0
    """How many more times each event comes."""
    delay_seconds: float = 0.0
    reorder: bool = False
    """Events published within `reorder_seconds` of each other come newest first."""
    reorder_seconds: float = 0.3
    max_events_per_batch: int = 1


@dataclass(frozen=True)
class Subscription:
    name: str
    endpoint: str
    schema: Schema = "EventGridSchema"
    source: str | None = None
    """An ARM id; None takes the events of every source."""
    event_types: tuple[str, ...] | None = None
    endpoint_type: EndpointType = "WebHook"
    """A webhook is not tried again after a 401, a function is."""
    dead_letter: bool = True
    """Without it, an event that cannot be delivered is dropped."""
    delivery: Delivery = field(default_factory=Delivery)
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    @classmethod
    def parse(cls, body: dict[str, Any]) -> Self:
        """A subscription from its JSON; ValueError says what is wrong with it."""
        known = _known(cls, body, "a subscription")
        for name in ("name", "endpoint"):
            if not isinstance(known.get(name), str):
                raise ValueError(f"a subscription needs a {name}")
        if not _NAME.fullmatch(known["name"]):
            raise ValueError("a name has 3 to 64 letters, digits and hyphens")
        _choice(known, "schema", SCHEMAS)
        _choice(known, "endpoint_type", get_args(EndpointType))
        if known.get("event_types") is not None:
            known["event_types"] = tuple(known["event_types"])
        known["delivery"] = Delivery(**_known(Delivery, known.get("delivery"), "delivery"))
        retry = _known(RetryPolicy, known.get("retry"), "retry")
        if retry.get("schedule_seconds") is not None:
            retry["schedule_seconds"] = tuple(float(at) for at in retry["schedule_seconds"])
        known["retry"] = RetryPolicy(**retry)
        return cls(**known)

    def wants(self, message: Message) -> bool:
        """What names neither type nor source is for everybody: nothing to filter by."""
        if self.event_types and message.type and message.type not in self.event_types:
            return False
        if self.source and message.source:
            return self.source.lower() == message.source.lower()
        return True

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "delivery": vars(self.delivery), "retry": vars(self.retry)}


def _known(kind: type, body: Any, what: str) -> dict[str, Any]:
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise ValueError(f"{what} must be an object")
    if unknown := sorted(set(body) - set(kind.__dataclass_fields__)):  # type: ignore[attr-defined]
        raise ValueError(f"{unknown[0]} is not a field of {what}")
    return dict(body)


def _choice(body: dict[str, Any], name: str, allowed: tuple[str, ...]) -> None:
    if name in body and body[name] not in allowed:
        raise ValueError(f"{name} is one of {', '.join(allowed)}")
