"""A subscriber: a small HTTP server that remembers what came and answers as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SOURCE = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
)
TYPE = "Microsoft.MachineLearningServices.ModelRegistered"


@dataclass
class Arrival:
    """One delivery."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Subscriber:
    """What it has got, and what it says to the next ones."""

    url: str
    statuses: list[int] = field(default_factory=list)
    """Answers to the first deliveries; after those it is content."""
    handshake: str = "answers"
    allowed_origin: str = "eventgrid.azure.net"
    before_handshake: Callable[[], object] = lambda: None
    arrivals: list[Arrival] = field(default_factory=list)
    handshakes: list[Arrival] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    hold: threading.Event = field(default_factory=threading.Event)
    """Deliveries are answered once it is set; set from the start."""

    def wait_for(self, count: int, timeout: float = 10.0) -> list[Arrival]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.arrivals) >= count, timeout), (
                f"{len(self.arrivals)} of {count} deliveries came"
            )
            return list(self.arrivals)

    def subscription(self, **fields: Any) -> dict[str, Any]:
        """The body that subscribes this subscriber, quick to try again."""
        retry = {"schedule_seconds": [0.01], **fields.pop("retry", {})}
        return {"name": "promotion", "endpoint": self.url, "retry": retry, **fields}

    def take(self, arrival: Arrival) -> int:
        with self.changed:
            self.arrivals.append(arrival)
            status = self.statuses.pop(0) if self.statuses else 200
            self.changed.notify_all()
        self.hold.wait(10)
        return status


@contextmanager
def a_subscriber(**fields: Any) -> Iterator[Subscriber]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    subscriber = Subscriber(f"http://127.0.0.1:{server.server_port}/events?code=key", **fields)
    subscriber.hold.set()
    server.subscriber = subscriber  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    try:
        yield subscriber
    finally:
        subscriber.hold.set()
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        subscriber: Subscriber = self.server.subscriber  # type: ignore[attr-defined]
        arrival = self._arrival()
        if arrival.headers.get("aeg-event-type") != "SubscriptionValidation":
            self._answer(subscriber.take(arrival))
            return
        subscriber.handshakes.append(arrival)
        subscriber.before_handshake()
        code = arrival.json[0]["data"]["validationCode"]
        said = code if subscriber.handshake == "answers" else "something else"
        status = 500 if subscriber.handshake == "fails" else 200
        self._answer(status, json.dumps({"validationResponse": said}).encode())

    def do_OPTIONS(self) -> None:
        subscriber: Subscriber = self.server.subscriber  # type: ignore[attr-defined]
        subscriber.handshakes.append(self._arrival())
        self.send_response(200)
        self.send_header("WebHook-Allowed-Origin", subscriber.allowed_origin)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _arrival(self) -> Arrival:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return Arrival({name.lower(): value for name, value in self.headers.items()}, body)

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""
