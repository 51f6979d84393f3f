"""One POST over TLS that nobody can drag out, lead elsewhere or blow up.

The standard library's client does nothing that it is not told to: it follows no redirect, takes
no proxy from the environment, keeps no cookies and unpacks nothing.
"""

import os
import socket
import ssl
import time
from collections.abc import Buffer, Mapping
from functools import cache
from http.client import HTTPSConnection, IncompleteRead
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from promotion.core.address import Address

MAX_BODY: Final = 64 * 1024
"""Bytes of a reply that are read."""

_WIRE_SERVER: Final = IPv4Address("168.63.129.16")
"""Azure's own, on every virtual machine: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16"""


class Reply(NamedTuple):
    """What came back; the body is cut after MAX_BODY and one byte."""

    status: int
    encoding: str
    """How the body is packed; ``identity`` when it is not."""
    body: bytes


def without_secret(content: bytes, headers: Mapping[str, str]) -> bytes:
    """``content`` without the token that was sent: services repeat requests in their errors."""
    secret = headers.get("Authorization", "").rpartition(" ")[2].encode()
    return content.replace(secret, b"(our token)") if secret else content


class AddressForbidden(Exception):
    """The name of the service leads to where no service is; the text says where."""


def post(address: Address, body: bytes, headers: Mapping[str, str], deadline: float) -> Reply:
    """What ``address`` replies before ``deadline``, in seconds of ``time.monotonic``.

    Raises AddressForbidden, OSError (of these TimeoutError at the deadline and
    ssl.SSLCertVerificationError) and http.client.HTTPException.
    """
    connection = Connection(address, deadline)
    try:
        connection.request("POST", address.target, body, dict(headers))
        response = connection.getresponse()
        content = response.read(MAX_BODY + 1)
        if response.length and len(content) <= MAX_BODY:
            raise IncompleteRead(content, response.length)
        packed = response.headers.get("Content-Encoding") or "identity"
        return Reply(response.status, packed.strip().lower(), without_secret(content, headers))
    finally:
        connection.close()


class Connection(HTTPSConnection):
    def __init__(self, address: Address, deadline: float) -> None:
        self._tls = _context(os.environ.get("REQUESTS_CA_BUNDLE") or None)
        self._deadline = deadline
        super().__init__(address.host, address.port, context=self._tls)

    def connect(self) -> None:
        plain = _connected(self.host, self.port, self._deadline)
        try:
            # The handshake as a whole, not each of its parts, is held to the time-out.
            plain.settimeout(_left(self._deadline))
            secure = cast(_Hurried, self._tls.wrap_socket(plain, server_hostname=self.host))
        except BaseException:
            plain.close()
            raise
        secure.deadline = self._deadline
        self.sock: socket.socket = secure


class _Hurried(ssl.SSLSocket):
    """A connection whose every step gets no more than what is left of the time.

    A plain time-out begins anew with each byte, so that one who sends them slowly needs none.
    """

    deadline = 0.0

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_left(self.deadline))
        return super().recv_into(*args, **kwargs)

    def send(self, data: Buffer, flags: int = 0) -> int:
        self.settimeout(_left(self.deadline))
        return super().send(data, flags)


@cache
def _context(bundle: str | None) -> ssl.SSLContext:
    """Trusts what the rest of the app trusts: the authorities of certifi unless told otherwise."""
    if bundle is None:
        import certifi

        bundle = certifi.where()
    folder = Path(bundle).is_dir()
    context = ssl.create_default_context(
        cafile=None if folder else bundle, capath=bundle if folder else None
    )
    context.sslsocket_class = _Hurried
    return context


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connected(host: str, port: int, deadline: float) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, (number, *_) in found:
        _check(host, str(number))
    trouble: OSError = OSError("the name leads nowhere")
    for family, kind, protocol, _, at in found:
        plain = socket.socket(family, kind, protocol)
        try:
            plain.settimeout(_left(deadline))
            plain.connect(at)
        except OSError as error:
            plain.close()
            trouble = error
        else:
            return plain
    raise trouble


def _check(host: str, number: str) -> None:
    """Private addresses are where services of a team are; the insides of the cloud are not."""
    address = ip_address(number)
    address = getattr(address, "ipv4_mapped", None) or address
    inside = address.is_link_local or address.is_multicast or address.is_unspecified
    if inside or address == _WIRE_SERVER:
        raise AddressForbidden(f"{host} leads to {address}, where no service of a team is")
