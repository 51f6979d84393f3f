"""What travels: an event in either schema, or anything that a test wants a subscriber to meet."""

import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Schema = Literal["EventGridSchema", "CloudEventSchemaV1_0"]
SCHEMAS: tuple[Schema, ...] = ("EventGridSchema", "CloudEventSchemaV1_0")


def stamp(seconds: float) -> str:
    """A moment as Event Grid writes it: UTC with a Z."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Message:
    """One published event."""

    content: dict[Schema, Any]
    """The JSON object to send, by schema."""
    raw: bytes | None = None
    """Sent byte for byte in the place of `content`."""
    type: str | None = None
    source: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    published: float = field(default_factory=time.time)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": self.type,
            "source": self.source,
            "published": stamp(self.published),
            "event": self.content["EventGridSchema"] if self.raw is None else _text(self.raw),
        }


def system_event(source: str, type: str, subject: str, data: dict[str, Any]) -> Message:
    """An event as Azure's own services publish it."""
    id, now = str(uuid.uuid4()), time.time()
    event_grid = {
        "topic": source,
        "subject": subject,
        "eventType": type,
        "eventTime": stamp(now),
        "id": id,
        "data": data,
        "dataVersion": "",
        "metadataVersion": "1",
    }
    cloud_event = {
        "source": source,
        "subject": subject,
        "type": type,
        "time": stamp(now),
        "id": id,
        "data": data,
        "specversion": "1.0",
    }
    content: dict[Schema, Any] = {
        "EventGridSchema": event_grid,
        "CloudEventSchemaV1_0": cloud_event,
    }
    return Message(content, type=type, source=source, id=id, published=now)


def given(body: bytes) -> Message:
    """Whatever was handed in: a JSON object is an event as it is, all else goes byte for byte."""
    try:
        parsed = json.loads(body)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        return Message({"EventGridSchema": None, "CloudEventSchemaV1_0": None}, raw=body)
    return Message(
        {"EventGridSchema": parsed, "CloudEventSchemaV1_0": parsed},
        type=_word(parsed, "eventType", "type"),
        source=_word(parsed, "topic", "source"),
        id=_word(parsed, "id") or str(uuid.uuid4()),
    )


def _word(event: dict[str, Any], *names: str) -> str | None:
    return next((event[name] for name in names if isinstance(event.get(name), str)), None)


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
