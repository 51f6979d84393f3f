"""Services of a team, as good and as bad as they come, behind real TLS on this machine."""

import base64
import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import trustme
from contract.world import a_context
from unit.builders import a_candidate

from promotion.activities.evaluate_gates import evaluate_gates
from promotion.core.candidate import Answer, Candidate
from promotion.core.gates.http import MAX_WORDS, HttpGate
from promotion.core.steps.judging import JudgementOrder
from promotion.handoff.services import ask, hear

HOSTS = ("localhost",)
GOOD = {"passed": True, "reason": "The gap is 0.01."}
A_MOMENT = timedelta(milliseconds=400)


class Service(ThreadingHTTPServer):
    """Replies as the test says, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.asked: list[tuple[dict[str, str], Any]] = []
        self.replies: list[bytes | Iterator[bytes]] = []
        """Raw replies, in this order; the last one again and again."""

    def handle_error(self, *_: Any) -> None:
        """Clients that hang up are what is tested."""

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_port}/judge"


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((headers | {"path": self.path}, json.loads(body)))
        replies = self.server.replies
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        for part in [reply] if isinstance(reply, bytes) else reply:
            self.wfile.write(part)
        self.close_connection = True


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def service(authority, tmp_path, monkeypatch) -> Iterator[Service]:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with Serving(authority.issue_cert("localhost")) as service:
        yield service


class Serving:
    """A service with that certificate, for as long as it is needed."""

    def __init__(self, certificate: trustme.LeafCert) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        self._service = Service(context)
        serve = self._service.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.01,), daemon=True)

    def __enter__(self) -> Service:
        self._thread.start()
        return self._service

    def __exit__(self, *_: object) -> None:
        self._service.shutdown()
        self._thread.join()
        self._service.server_close()


def a_reply(body: object = GOOD, status: str = "200 OK", *headers: str) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + content


def a_gate(url: str, timeout: timedelta = A_MOMENT, **wishes: Any) -> HttpGate:
    """A gate with less patience than a policy can state."""
    gate = HttpGate(**{"kind": "http", "name": "fairness", "url": url} | wishes)
    return gate.model_copy(update={"timeout": timeout})


def answer_to(service: Service, *replies: bytes | Iterator[bytes], **wishes: Any) -> Answer:
    service.replies = list(replies)
    return ask(a_gate(service.url, **wishes), a_candidate(), HOSTS)


@pytest.mark.parametrize("passed", [True, False])
def test_a_verdict_comes_with_the_words_of_the_service(service, passed):
    reply = a_reply({"passed": passed, "reason": "So.", "remedy": "Do.", "more": 1})
    answer = answer_to(service, reply)
    assert answer == Answer(passed=passed, reason="So.", remedy="Do.")


def test_a_service_may_say_that_it_has_no_verdict_yet(service):
    answer = answer_to(service, a_reply({"passed": None, "reason": "Still computing."}))
    assert (answer.passed, answer.broken) == (None, False)
    assert answer.reason == "The service localhost has no verdict yet: “Still computing.”"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (a_reply(b"<html>"), "Invalid JSON"),
        (a_reply(b""), "Invalid JSON"),
        (a_reply(b"[" * 60_000), "JSON"),
        (a_reply(b'{"passed": true, "reason": "\xff"}'), "JSON"),
        (a_reply(b'{"passed": true, "reason": "\\ud800"}'), "JSON"),
        (a_reply([True, "fine"]), "object"),
        (a_reply({"passed": "true", "reason": "a"}), "passed: Input should be a valid boolean"),
        (a_reply({"passed": 1, "reason": "a"}), "passed: Input should be a valid boolean"),
        (a_reply({"reason": "a"}), "passed: Field required"),
        (a_reply({"passed": True}), "reason: Field required"),
        (a_reply({"passed": True, "reason": 5}), "reason: Input should be a valid string"),
        (a_reply({"passed": True, "reason": " \x00\n"}), "nothing in it"),
        (a_reply({"passed": True, "reason": "a" * 70_000}), "more than 64 KiB"),
        (a_reply(GOOD, "201 Created"), "201 instead of 200"),
        (a_reply(GOOD, "401 Unauthorized"), "401"),
        (a_reply(GOOD, "404 Not Found"), "404"),
        (a_reply(GOOD, "302 Found", "Location: https://localhost/elsewhere"), "redirect"),
        (a_reply(gzip.compress(b" " * 10_000_000), "200 OK", "Content-Encoding: gzip"), "packed"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "BadStatusLine"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1_000 + b"\r\n", "HTTPException"),
    ],
)
def test_an_answer_that_is_not_the_contract_is_broken(service, reply, why):
    answer = answer_to(service, reply)
    assert (answer.passed, answer.broken) == (None, True)
    assert why in answer.reason
    assert len(service.asked) == 1


@pytest.mark.parametrize("status", ["500 Oops", "503 Busy", "429 Too Many Requests"])
def test_a_service_that_is_too_busy_has_no_verdict(service, status):
    answer = answer_to(service, a_reply(GOOD, status))
    assert (answer.passed, answer.broken) == (None, False)
    assert answer.reason == f"The service localhost has no verdict now: it answered {status[:3]}."


def test_a_service_that_stumbles_is_asked_again(service):
    replies = (a_reply(GOOD, "503 Busy"), a_reply(GOOD)[:-3], a_reply())
    answer = answer_to(service, *replies, timeout=timedelta(seconds=10))
    assert answer.passed is True
    assert len(service.asked) == 3


def test_an_answer_without_its_end_is_no_verdict(service):
    answer = answer_to(service, a_reply(GOOD)[:-3])
    assert (answer.passed, answer.broken) == (None, False)


def test_nobody_can_drag_it_out(service):
    def drip(start: bytes) -> Iterator[bytes]:
        yield start
        for _ in range(200):
            time.sleep(0.05)
            yield b"a"

    begun = time.monotonic()
    for start in (
        b"",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 100 C\r\n",
    ):
        answer = answer_to(service, drip(start))
        assert (answer.passed, answer.broken) == (None, False)
        assert "did not answer within 0.4s" in answer.reason
    assert time.monotonic() - begun < 4


def test_neither_can_one_who_takes_the_connection_and_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = ask(a_gate(f"https://localhost:{silent.getsockname()[1]}"), a_candidate(), HOSTS)
    assert "did not answer within 0.4s" in answer.reason


def test_a_service_that_is_not_there_has_no_verdict():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    answer = ask(a_gate(f"https://localhost:{port}"), a_candidate(), HOSTS)
    assert (answer.passed, answer.broken) == (None, False)
    assert answer.reason == "The service localhost could not be reached: Connection refused."


@pytest.mark.parametrize("name", ["localhost", "elsewhere.contoso.com"])
def test_a_certificate_that_is_not_trusted_is_not_told_anything(service, authority, name):
    # One is of an authority that nobody knows, one is made out to somebody else.
    issuer = trustme.CA() if name == "localhost" else authority
    with Serving(issuer.issue_cert(name)) as other:
        answer = answer_to(other, a_reply())
        assert not other.asked
    assert answer.broken
    assert "certificate" in answer.reason


@pytest.mark.parametrize(
    "number",
    [
        "169.254.169.254",
        "168.63.129.16",
        "0.0.0.0",  # noqa: S104
        "fe80::1",
        "::ffff:169.254.169.254",
        "224.0.0.1",
    ],
)
def test_a_name_that_leads_into_the_insides_of_the_cloud_is_not_followed(monkeypatch, number):
    family = socket.AF_INET6 if ":" in number else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (number, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    answer = ask(a_gate("https://fair.contoso.com"), a_candidate(), ["*.contoso.com"])
    assert answer.broken
    assert "fair.contoso.com leads to" in answer.reason


def test_only_allowed_hosts_are_asked(service):
    answer = ask(a_gate(service.url, token="api://fairness"), a_candidate(), ["*.contoso.com"])
    assert answer.broken
    assert answer.reason == "localhost is not one of the policy's hosts."
    assert not service.asked


def test_the_service_gets_everything_that_is_known_but_what_others_said(service):
    candidate = a_candidate(
        metrics={"rmse": 4.2, "odd": float("nan")},
        tags={"owner": "pricing"},
        answers={"other": Answer(passed=True, reason="Confidential.")},
    )
    service.replies = [a_reply()]
    ask(a_gate(f"{service.url}?route=taxi"), candidate, HOSTS)
    (headers, body) = service.asked[0]
    known = body.pop("candidate")
    assert body == {"schema_version": "1", "gate": "fairness"}
    assert "answers" not in known
    assert Candidate.model_validate(known).tags == candidate.tags
    assert known["metrics"]["odd"]["value"] == "NaN"
    assert headers["path"] == "/judge?route=taxi"
    assert headers["user-agent"] == "azureml-promotion"
    assert not {"authorization", "cookie"} & set(headers)


def test_proxies_of_the_environment_get_nothing(service, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://localhost:1")
    assert answer_to(service, a_reply()).passed is True


def test_a_token_goes_along_when_the_gate_says_for_what(
    stand_in, service, authority, tmp_path, monkeypatch
):
    both = tmp_path / "both.pem"
    both.write_bytes(stand_in.ca_file.read_bytes() + authority.cert_pem.bytes())
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(both))
    answer_to(service, a_reply(), token="api://fairness")
    scheme, _, token = service.asked[0][0]["authorization"].partition(" ")
    claims = token.split(".")[1]
    assert scheme == "Bearer"
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["aud"] == "api://fairness"


def test_untrusted_words_become_one_short_line(service):
    words = "\x1b[2J\n::error::gone\u202e" + "a" * 2_000
    reason = answer_to(service, a_reply({"passed": False, "reason": words})).reason
    assert reason.startswith("[2J ::error::goneaaa")
    assert len(reason) <= MAX_WORDS + 1


def test_services_are_asked_at_the_same_time_and_once_each(service):
    def slow() -> Iterator[bytes]:
        time.sleep(0.3)
        yield a_reply()

    service.replies = [slow() for _ in range(9)]
    gates = [a_gate(f"{service.url}/{n}", timeout=timedelta(seconds=9)) for n in range(8)]
    begun = time.monotonic()
    heard = hear(a_candidate(), [*gates, gates[0]], HOSTS)
    assert time.monotonic() - begun < 1.5
    assert [heard.answers[gate.question].passed for gate in gates] == [True] * 8
    assert len(service.asked) == 8


def test_gates_that_are_off_and_other_gates_ask_nobody(service):
    candidate = a_candidate()
    assert hear(candidate, [a_gate(service.url, mode="off")], HOSTS) is candidate
    assert not service.asked


def test_the_activity_hears_judges_and_passes_on_what_it_heard(service):
    service.replies = [a_reply({"passed": False, "reason": "The gap is 0.2."})]
    gate = a_gate(service.url)
    receipt = evaluate_gates(
        JudgementOrder(context=a_context(), candidate=a_candidate(), gates=(gate,), hosts=HOSTS)
    )
    assert receipt.judgement.reason == "The service localhost says: “The gap is 0.2.”"
    assert receipt.candidate.answers[gate.question].passed is False


def test_a_service_that_says_something_else_when_it_is_asked_again_has_two_records(
    service, tmp_path, monkeypatch
):
    """A record is known by its id: the verdict that counts must not look like the other one."""
    audit_file = tmp_path / "audit.jsonl"
    monkeypatch.setenv("PROMOTION_AUDIT_FILE", str(audit_file))
    service.replies = [a_reply({"passed": False, "reason": "No."}), a_reply(GOOD)]
    gates = (a_gate(service.url),)
    order = JudgementOrder(context=a_context(), candidate=a_candidate(), gates=gates, hosts=HOSTS)
    for _ in range(3):
        evaluate_gates(order)
    rows = map(json.loads, audit_file.read_text().splitlines())
    told = [row["Properties"] for row in rows if row["Name"] == "promotion.gate_evaluated"]
    assert [one["outcome"] for one in told] == ["failed", "passed", "passed"]
    first, *later = [one["record_id"] for one in told]
    assert first not in later
    assert len(set(later)) == 1
