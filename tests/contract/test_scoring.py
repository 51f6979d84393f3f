"""Deployments that answer as no deployment should, over a connection of their own."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from contract.world import PROD, Refused, a_smoke_test
from requests import Session

from promotion.azureml.bodies import MAX_BODY
from promotion.azureml.scoring import Answer, Route
from promotion.core.errors import Retryable, Terminal
from promotion.core.ways.base import Target

TARGET = Target(workspace=PROD, endpoint="taxi-fare", deployment="taxi-model-1")


@contextmanager
def answering(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[Route]:
    """The way to a deployment that answers so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            try:
                answer(self)
            except OSError:  # nobody listens any more
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, Session() as session:
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield Route(session, TARGET, f"http://127.0.0.1:{server.server_port}/score", "key")
        server.shutdown()


def begin(handler: BaseHTTPRequestHandler, length: int, kind: str = "application/json") -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(length))
    handler.send_header("Content-Type", kind)
    handler.end_headers()


def dripping(handler: BaseHTTPRequestHandler) -> None:
    begin(handler, 1_000)
    for _ in range(1_000):
        handler.wfile.write(b"1")
        time.sleep(0.02)


def endless(handler: BaseHTTPRequestHandler) -> None:
    begin(handler, MAX_BODY + 1)
    for _ in range(MAX_BODY // 2**20 + 1):
        handler.wfile.write(b"1" * 2**20)


def silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(0.5)


def silent_half_way(handler: BaseHTTPRequestHandler) -> None:
    begin(handler, 4)
    handler.wfile.write(b"[1")
    time.sleep(0.5)


def broken_off(handler: BaseHTTPRequestHandler) -> None:
    begin(handler, 4)
    handler.wfile.write(b"[1")


def test_an_answer_that_drips_ends_the_test_at_its_time_out():
    began = time.monotonic()
    with answering(dripping) as route, pytest.raises(Terminal, match=r"not answer within 0\.2 s"):
        route.ask("{}", 0.2)
    assert time.monotonic() - began < 5


def test_an_answer_without_end_is_not_taken():
    with answering(endless) as route, pytest.raises(Terminal, match="answered more than 8 MiB"):
        route.ask("{}", 20)


@pytest.mark.parametrize("answer", [silent, silent_half_way])
def test_silence_may_pass(answer):
    with answering(answer) as route, pytest.raises(Retryable, match=r"not answer within 0\.1 s"):
        route.ask("{}", 0.1)


def test_a_broken_connection_may_pass():
    with answering(broken_off) as route, pytest.raises(Retryable, match="broke off its answer"):
        route.ask("{}", 5)


@pytest.mark.parametrize(
    ("sent", "kind", "body"),
    [
        ("é".encode(), "application/json", "é"),
        ("é".encode("latin-1"), "text/plain; charset=ISO-8859-1", "é"),
        (b"\xef\xbb\xbf[1]", "application/json", "[1]"),
        (b"\xff", "text/plain; charset=no-such", "\N{REPLACEMENT CHARACTER}"),
        (b"", "application/json", ""),
    ],
)
def test_a_body_is_a_text_whatever_it_is(sent, kind, body):
    def said(handler: BaseHTTPRequestHandler) -> None:
        begin(handler, len(sent), kind)
        handler.wfile.write(sent)

    with answering(said) as route:
        answer: Answer = route.ask("{}", 5)
    assert (answer.status, answer.body) == (200, body)


def test_a_key_is_not_sent_where_there_is_no_tls(world):
    stage = world.standing("1")
    without = world.endpoint()
    uri = without["properties"]["scoringUri"]
    without["properties"]["scoringUri"] = uri.replace("https://", "http://")
    world.forget_requests()
    world.fault("GET", r"/onlineEndpoints/taxi-fare$", answer={"status": 200, "body": without})
    with pytest.raises(Refused) as refused:
        world.do("smoke_test", stage=stage, test=a_smoke_test())
    assert "answers over http only" in refused.value.failure.reason
    assert "Give it TLS, or leave smoke_test out" in refused.value.failure.remedy
    assert not world.requests("POST", "/listKeys$")
