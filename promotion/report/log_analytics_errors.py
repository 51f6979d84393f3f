"""What Log Analytics says when it does not answer, in our words.

Source: https://learn.microsoft.com/azure/azure-monitor/logs/api/errors
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from promotion.core.errors import PromotionError, Retryable, Terminal

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError

_ROLE: Final = "Somebody must give you the role Log Analytics Reader on the workspace."
_WHICH: Final = (
    "Its customer id is wanted, not its name: az monitor log-analytics workspace show "
    "-g GROUP -n NAME --query customerId -o tsv"
)
_TABLE: Final = (
    "Check that it is the workspace behind the app's Application Insights. AppEvents is filled "
    "when the app sends its first record, which takes some minutes."
)
_LOGIN: Final = "Log in with az login, or use --device-code."
_LESS: Final = "Try again a little later, or ask for a shorter time."
_BUSY: Final = frozenset({408, 429, 500, 502, 503, 504})
_CODES: Final = {401: "Unauthenticated", 403: "Forbidden", 404: "NoSuchWorkspace"}
"""Ours, where Azure has several for the same."""
_LONGEST: Final = 1_000


def translate(error: Exception, doing: str) -> PromotionError:
    """``error`` of the SDK; ``doing`` is the query that was asked."""
    from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

    if isinstance(error, HttpResponseError) and error.response is not None:
        return _from_response(error, doing)
    # The SDK makes an error of its own of the credential's.
    if isinstance(error.__context__ or error, ClientAuthenticationError):
        what = f"Nobody is logged in: {str(error).strip().partition('\n')[0]}"
        return Terminal(what, remedy=_LOGIN, code="Unauthenticated")
    said = _one_line(str(error)) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in said:
        remedy = "Set REQUESTS_CA_BUNDLE to the authority that signed the certificate."
        return Terminal(_cannot(doing, said), remedy=remedy, code="CertificateInvalid")
    remedy = "Check the network, and the endpoint of your cloud."
    return Retryable(_cannot(doing, said), remedy=remedy, code="ConnectionFailed")


def _from_response(error: "HttpResponseError", doing: str) -> PromotionError:
    told = list(_told(error))
    codes = [str(one["code"]) for one in told if one.get("code")]
    messages = [_one_line(str(one["message"])) for one in told if one.get("message")]
    said = messages[-1] if messages else _one_line(error.message)
    what, status = _cannot(doing, said), error.status_code or 0
    kind = Retryable if status in _BUSY else Terminal
    # The innermost says most: BadArgumentError is every mistake.
    code = _CODES.get(status) or (codes or [str(status)])[-1]
    return kind(what, remedy=_remedy(error, said), code=code)


def _remedy(error: "HttpResponseError", said: str) -> str | None:
    status = error.status_code or 0
    if status == 429:
        return _wait(error)
    if status == 400 and "AppEvents" in said:
        return _TABLE
    return _LESS if status in _BUSY else {401: _LOGIN, 403: _ROLE, 404: _WHICH}.get(status)


def _told(error: "HttpResponseError") -> Iterator[dict[str, Any]]:
    """The error and the errors inside it, the most exact one last."""
    try:
        response: Any = error.response
        found = response.json()["error"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return
    while isinstance(found, dict):
        yield found
        found = found.get("innererror")


def _wait(error: "HttpResponseError") -> str:
    response: Any = error.response
    asked = str(response.headers.get("Retry-After") or "")
    when = f"in {asked} seconds" if asked.isdecimal() else "a little later"
    return f"Azure is asked too often by you. Try again {when}."


def _cannot(doing: str, said: str) -> str:
    return f"Log Analytics could not answer {doing}: {said}"


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
