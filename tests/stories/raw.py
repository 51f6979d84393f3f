"""HTTP by hand: what well-mannered clients would not send."""

import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

type Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 when nothing did."""

    status: int
    headers: dict[str, str]
    body: bytes


def send(
    url: str, method: str, target: str, headers: Headers | None = None, body: bytes = b""
) -> Answer:
    """One request, as it is given: no header is added twice, no path made straight."""
    parts = urlsplit(url)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    given = headers or []
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in given:
            connection.putheader(name, value)
        if body and "content-length" not in {name.lower() for name, _ in given}:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        found = connection.getresponse()
        return Answer(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())
    except (HTTPException, OSError):
        return Answer(0, {}, b"")
    finally:
        connection.close()


def speak(url: str, said: bytes) -> bytes:
    """What is answered, on the wire, to these bytes, after which nothing more comes."""
    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=20) as wire:
        wire.sendall(said)
        wire.shutdown(socket.SHUT_WR)
        heard = b""
        while more := wire.recv(65_536):
            heard += more
        return heard
