"""Requests to the interface of a service that runs pipelines.

Over the same careful connection as the questions of http gates: TLS, no redirects, no proxy of the
environment, a limit to the time and to the size of an answer.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException, IncompleteRead
from ssl import SSLCertVerificationError
from typing import Final

from promotion.core.address import Address
from promotion.core.errors import PromotionError, Retryable, Terminal
from promotion.core.value import Json
from promotion.handoff import https
from promotion.handoff.answers import Heard, Unexpected
from promotion.identity import NAME

MAX_ANSWER: Final = 8 * 1024 * 1024
"""Bytes: a page of 100 runs is well below one MiB."""
_PATIENCE: Final = 60.0
"""Seconds that one request may take in all."""
_A_MINUTE: Final = timedelta(minutes=1)
"""What GitHub asks for where it says nothing else."""
_LONGEST_PAUSE: Final = timedelta(hours=1)
"""GitHub's limits are by the hour; nobody is left alone for longer than that."""


class Unheard(Retryable):
    """A request was sent, and its answer lost: it may have been carried out."""


class Throttled(PromotionError):
    """The service wants to be left alone until ``until``."""

    def __init__(self, reason: str, until: datetime) -> None:
        super().__init__(reason)
        self.until = until


def request(
    service: str, method: str, url: str, headers: Mapping[str, str], body: Json = None
) -> Heard:
    """What ``service`` answers, whatever the status, but for those that mean: later.

    Raises Retryable when it could not be reached, Unheard when that is not known, Throttled when
    it wants to be left alone, and Terminal when it is not to be trusted.
    """
    given = {"Accept": "application/json", "User-Agent": NAME, "Connection": "close", **headers}
    content = None
    if body is not None:
        content, given["Content-Type"] = json.dumps(body).encode(), "application/json"
    address = Address.of(url)
    deadline = time.monotonic() + _PATIENCE
    connection = https.Connection(address, deadline)
    try:
        with _trouble(service, Retryable):
            connection.connect()
        with _trouble(service, Unheard):
            connection.request(method, address.target, content, given)
            response = connection.getresponse()
            answer = response.read(MAX_ANSWER + 1)
            if response.length and len(answer) <= MAX_ANSWER:
                raise IncompleteRead(answer, response.length)
    finally:
        connection.close()
    heard = Heard(service, response.status, response.headers, https.without_secret(answer, given))
    _check(heard)
    return heard


@contextmanager
def _trouble(service: str, passing: type[Retryable]) -> Iterator[None]:
    try:
        yield
    except https.AddressForbidden as error:
        raise Terminal(f"{error}.", code="AddressForbidden") from None
    except SSLCertVerificationError as error:
        raise Terminal(
            f"{service} has a certificate that cannot be trusted: {error.verify_message}.",
            remedy="Set REQUESTS_CA_BUNDLE to the authority that signed the certificate.",
            code="CertificateNotTrusted",
        ) from None
    except TimeoutError:
        reason = f"{service} did not answer within {_PATIENCE:g}s."
        raise passing(reason, code="NoAnswer") from None
    except (OSError, HTTPException) as error:
        told = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise passing(f"{service} could not be reached: {told}.", code="NoAnswer") from None


def _check(heard: Heard) -> None:
    service, status = heard.service, heard.status
    unusable = Unexpected if 200 <= status < 300 else Terminal
    if len(heard.body) > MAX_ANSWER:
        limit = MAX_ANSWER // 1024 // 1024
        raise unusable(f"{service} answered with more than {limit} MiB.", code="UnexpectedAnswer")
    if heard.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise unusable(f"{service} packed its answer, unasked.", code="UnexpectedAnswer")
    until = _until(heard.headers)
    # GitHub's secondary limits may come without a header: only their message tells them.
    limited = until is not None or "rate limit" in heard.message.lower()
    if status == 429 or (status in (403, 503) and limited):
        until = until or datetime.now(UTC) + _A_MINUTE
        raise Throttled(f"{service} answered {status}: it wants to be asked less often.", until)
    if status >= 500 or status == 408:
        raise Unheard(f"{service} answered {status}. {heard.message}".rstrip(), code=str(status))


def _until(headers: Message) -> datetime | None:
    """Until when the service wants to be left alone.

    GitHub: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api; Azure
    DevOps: https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits.
    """
    now = datetime.now(UTC)
    until: datetime | None = None
    try:
        after, reset = headers.get("Retry-After"), headers.get("X-RateLimit-Reset")
        if after is not None:
            seconds = after.strip()
            until = (
                now + timedelta(seconds=int(seconds))
                if seconds.isdecimal()
                else parsedate_to_datetime(seconds).astimezone(UTC)
            )
        elif headers.get("X-RateLimit-Remaining") == "0" and reset is not None:
            until = datetime.fromtimestamp(int(reset), UTC)
    except (ValueError, OverflowError, OSError):
        return now + _A_MINUTE
    return until and min(until, now + _LONGEST_PAUSE)
