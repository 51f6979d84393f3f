"""Posts a notice to a webhook.

Over the same careful connection as the questions of http gates: TLS, no redirects, no proxy of the
environment, a limit to the time and to the size of an answer. The address is a secret: whoever has
it can write to the channel. So no text that leaves here has any part of it, nor of what the far
side answers but its status, and one word of Slack's.
"""

import re
import time
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from ssl import SSLCertVerificationError
from typing import Final, NamedTuple

from promotion.core.address import Address
from promotion.core.errors import Terminal
from promotion.core.policy.notify import Webhook
from promotion.handoff.https import AddressForbidden, Connection
from promotion.handoff.secrets import secret, token
from promotion.identity import NAME

_PATIENCE: Final = 20.0
"""Seconds that one request may take in all."""
_MAX_ANSWER: Final = 4 * 1024
"""Bytes of an answer that are read."""
_PASSING: Final = frozenset({408, 425, 429})
"""Statuses below 500 that mean: the same request may work later."""
_LONGEST_PAUSE: Final = timedelta(hours=1)
"""Nobody is left alone for longer than that."""
_WORD: Final = re.compile(rb"[a-z]{2,20}(_[a-z]{1,20}){1,5}")
"""What Slack answers when it refuses, such as channel_is_archived."""


class Later(NamedTuple):
    """The far side did not take it; it may later."""

    note: str
    code: str
    not_before: datetime | None = None


def post(webhook: Webhook, body: bytes) -> Later | None:
    """None when the webhook has taken it. Raises Terminal when it never will."""
    who = f"The webhook in {webhook.url_setting}"
    address, headers = _address(webhook), _headers(webhook)
    connection = Connection(address, time.monotonic() + _PATIENCE)
    try:
        connection.request("POST", address.target, body, headers)
        response = connection.getresponse()
        said = response.read(_MAX_ANSWER)
        return _meaning(webhook, who, response.status, response.headers, said)
    except AddressForbidden:
        reason = f"{who} leads to an address where no service of a team is."
        raise Terminal(reason, remedy="Set the setting again.", code="AddressForbidden") from None
    except SSLCertVerificationError:
        raise Terminal(
            f"{who} has a certificate that cannot be trusted.",
            remedy="Set REQUESTS_CA_BUNDLE to the authority that signed the certificate.",
            code="CertificateNotTrusted",
        ) from None
    except TimeoutError:
        return Later(f"{who} did not answer within {_PATIENCE:g}s.", "NoAnswer")
    except (OSError, HTTPException) as error:
        return Later(f"{who} could not be reached ({type(error).__name__}).", "NoAnswer")
    finally:
        connection.close()


def _meaning(
    webhook: Webhook, who: str, status: int, headers: Message, said: bytes
) -> Later | None:
    if 200 <= status < 300:
        return None
    if status in _PASSING or status >= 500:
        return Later(f"{who} answered {status}.", str(status), until(headers.get("Retry-After")))
    if 300 <= status < 400:
        reason = f"{who} answered {status}, a redirect, which is not followed."
        remedy = f"Set {webhook.url_setting} to the address that it leads to."
        raise Terminal(reason, remedy=remedy, code=str(status))
    word = _WORD.fullmatch(said.strip()) if webhook.kind == "slack" else None
    answered = f"{status} {word.group().decode()}" if word else str(status)
    raise Terminal(f"{who} answered {answered}.", remedy=_remedy(webhook, status), code=str(status))


def _remedy(webhook: Webhook, status: int) -> str:
    if status in (401, 403) and webhook.token_setting:
        return f"Check the token in {webhook.token_setting}."
    if status in (401, 403, 404, 410):
        return f"Make the webhook again, and set {webhook.url_setting} to its address."
    return "Check that the webhook is of the kind that the policy says; else report this."


def _address(webhook: Webhook) -> Address:
    try:
        return Address.of(secret(webhook.url_setting))
    except ValueError:
        # Not even what is wrong with it: that may quote it.
        raise Terminal(
            f"The app setting {webhook.url_setting} does not hold the address of a webhook, which "
            "begins with https://.",
            remedy="Set it again, without quotes and line breaks.",
            code="SecretMalformed",
        ) from None


def _headers(webhook: Webhook) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Accept": "*/*",
        "User-Agent": NAME,
        "Connection": "close",
    }
    if webhook.token_setting is not None:
        headers["Authorization"] = f"Bearer {token(webhook.token_setting)}"
    return headers


def until(retry_after: str | None) -> datetime | None:
    """Until when a far side wants to be left alone: its Retry-After, in seconds or as a date."""
    after, now = (retry_after or "").strip(), datetime.now(UTC)
    if not after:
        return None
    try:
        seconds = after.isdecimal()
        until = now + timedelta(seconds=int(after)) if seconds else _date(after)
    except (ValueError, OverflowError):
        return None
    return min(until, now + _LONGEST_PAUSE)


def _date(written: str) -> datetime:
    date = parsedate_to_datetime(written)
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
