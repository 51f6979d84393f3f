"""A fake of Application Insights' ingestion, on loopback."""

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

KEY: Final = "00000000-0000-0000-0000-0000000000a1"


class Ingestion:
    """Takes whatever the exporter sends, as long as the `with` block lasts."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self.envelopes: list[dict[str, Any]] = []
        self._server.taken = self.envelopes  # type: ignore[attr-defined]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def connection_string(self) -> str:
        address = f"http://127.0.0.1:{self._server.server_port}/"
        return f"InstrumentationKey={KEY};IngestionEndpoint={address};LiveEndpoint={address}"

    def events(self) -> list[dict[str, Any]]:
        """The custom events that came."""
        return [one for one in self.envelopes if one["data"]["baseType"] == "EventData"]

    def count(self, kind: str) -> int:
        """How much came of that kind."""
        return sum(one["data"]["baseType"] == kind for one in self.envelopes)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        accepted = 0
        if self.path.endswith("/track"):
            came = json.loads(body)
            self.server.taken.extend(came)  # type: ignore[attr-defined]
            accepted = len(came)
        answer = {"itemsReceived": accepted, "itemsAccepted": accepted, "errors": []}
        self._answer(json.dumps(answer).encode())

    def do_GET(self) -> None:
        self._answer(b"{}")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is no place for it."""
