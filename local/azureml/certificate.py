"""A certificate for localhost, made at start. `http://` will not do: the SDK refuses it."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme

_NAMES = ("localhost", "127.0.0.1", "*.blob.localhost")


@dataclass(frozen=True)
class Certificate:
    """The server's side of it, and the authority that clients are to trust."""

    context: ssl.SSLContext
    ca_file: Path


def make(directory: Path) -> Certificate:
    """Writes `ca.pem` into the directory; the private keys stay in memory."""
    directory.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*_NAMES).configure_cert(context)
    ca_file = directory / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    return Certificate(context, ca_file.resolve())
