"""Azure's errors become ours: who must act, and what they should do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from promotion.core.errors import PromotionError, Retryable, Terminal

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError, ODataV4Format

_PASSING: Final = frozenset({408, 409, 412, 423, 425, 429, 500, 502, 503, 504})
"""Statuses that mean: the same request may work later. 409 is Azure's "Updating"."""

_LOCAL: Final = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
"""Of all OSErrors those that are about our own files, not about the network."""

_HALF_BUILT: Final = (AttributeError, ImportError)
"""The SDK builds parts of itself when they are first used; threads of a new process have met them
half made. What is truly broken still is at the last try."""

_MAX_MESSAGE: Final = 2_000


class Role(StrEnum):
    """The built-in role that lets the app do something, and where to assign it."""

    READ_SOURCE = "Reader on the source workspace (jobs and models are read)"
    SHARE = "AzureML Registry User on the registry, and Reader on the source workspace"
    READ_POLICY = "Storage Blob Data Reader on the policy's container"
    DEPLOY = "AzureML Data Scientist on the target workspace"
    COPY_FILES = (
        "AzureML Data Scientist on the target workspace, and Storage Blob Data Contributor on its "
        "storage account"
    )
    WRITE_SOURCE = "AzureML Data Scientist on the source workspace, or leave write_back off"
    MONITOR = "Monitoring Reader on the target workspace"


@contextmanager
def azure_errors(doing: str, role: Role) -> Iterator[None]:
    """Whatever goes wrong inside becomes Terminal or Retryable, with ``doing`` in its reason.

    ``doing`` completes the sentence "Could not …".
    """
    try:
        yield
    except PromotionError:
        raise
    except Exception as error:
        raise translate(error, doing, role) from error


def translate(error: Exception, doing: str, role: Role) -> PromotionError:
    """``error`` in our words. A failed operation is known by its error body, not by its status."""
    from azure.core.exceptions import (
        ClientAuthenticationError,
        HttpResponseError,
        ServiceRequestError,
        ServiceResponseError,
    )

    if isinstance(error, HttpResponseError) and not isinstance(error, ClientAuthenticationError):
        return _from_response(error, doing, role)
    text = f"Could not {doing}: {_one_line(str(error)) or type(error).__name__}"
    if isinstance(error, ClientAuthenticationError):
        remedy = "Check that the function app has a managed identity and AZURE_CLIENT_ID names it."
        return Retryable(text, remedy=remedy, code="Unauthenticated")
    if "CERTIFICATE_VERIFY_FAILED" in text:
        remedy = "Set REQUESTS_CA_BUNDLE to the authority that signed the certificate."
        return Terminal(text, remedy=remedy, code="CertificateInvalid")
    broken = isinstance(error, ServiceRequestError | ServiceResponseError | OSError)
    if broken and not isinstance(error, _LOCAL):
        return Retryable(text, code="ConnectionFailed")
    kind = Retryable if isinstance(error, _HALF_BUILT) else Terminal
    return kind(text, code=type(error).__name__)


def message_of(error: "ODataV4Format | None", fallback: str) -> str:
    """Azure's message with the messages of its details, in one line."""
    if error is None:
        return _one_line(fallback)
    details = [detail.message for detail in error.details or [] if detail.message]
    texts = dict.fromkeys(_one_line(text) for text in (error.message, *details) if text)
    return " ".join(texts) or _one_line(fallback)


def _from_response(error: "HttpResponseError", doing: str, role: Role) -> PromotionError:
    code = error.error.code if error.error else None
    text = f"Could not {doing}: {message_of(error.error, error.message)}"
    status = error.status_code
    if status == 403:
        return Terminal(text, remedy=f"Give the app's identity the role {role}.", code=code)
    if status in _PASSING:
        return Retryable(text, code=code or str(status))
    return Terminal(text, code=code or str(status))


def _one_line(text: str) -> str:
    # The SDK colours some of its messages for terminals.
    line = " ".join(re.sub(r"\x1b\[[\d;]*m", "", text).split())
    return line if len(line) <= _MAX_MESSAGE else f"{line[:_MAX_MESSAGE]}…"
