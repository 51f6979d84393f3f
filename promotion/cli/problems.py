"""What an answer that is not well means, and how people read it (RFC 9457 problem details)."""

import json
from typing import TYPE_CHECKING, Any, Final

from promotion.cli.connection import Connection
from promotion.cli.exits import Exit, Failed
from promotion.cli.profiles import Login

if TYPE_CHECKING:
    import httpx

_CODES: Final = {
    400: Exit.MISTAKE,
    401: Exit.NOT_ALLOWED,
    403: Exit.NOT_ALLOWED,
    404: Exit.NOT_FOUND,
    405: Exit.MISTAKE,
    409: Exit.NO,
    413: Exit.MISTAKE,
    415: Exit.MISTAKE,
    422: Exit.MISTAKE,
}
"""Exit codes by HTTP status; what is not here says that the service is not well."""


def failed(answer: "httpx.Response", connection: Connection) -> Failed:
    """What ``answer``, whose status is not one of success, says to whoever asked."""
    problem = _problem(answer)
    if problem is None:
        return _not_the_service(answer, connection)
    remedy = _text(problem, "remedy")
    if named := _text(problem, "correlation_id"):
        remedy = f"{remedy} Correlation id: {named}." if remedy else f"Correlation id: {named}."
    code = _CODES.get(answer.status_code, Exit.UNREACHABLE)
    detail = _text(problem, "detail") or _text(problem, "title") or "The service says no."
    return Failed(code, detail, remedy)


def _problem(answer: "httpx.Response") -> dict[str, Any] | None:
    if "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        found = json.loads(answer.content)
    except ValueError:
        return None
    return found if isinstance(found, dict) and ("detail" in found or "title" in found) else None


def _text(problem: dict[str, Any], key: str) -> str | None:
    value = problem.get(key)
    return value if isinstance(value, str) and value else None


def _not_the_service(answer: "httpx.Response", connection: Connection) -> Failed:
    """The host, the platform or somebody else has answered."""
    said = f"{connection.url} answered {answer.status_code} {answer.reason_phrase}".rstrip()
    status = answer.status_code
    if status in (401, 403) or answer.is_redirect:
        what = f"{said}: it does not let this login in."
        return Failed(Exit.NOT_ALLOWED, what, _let_in(connection))
    if status == 404:
        return Failed(Exit.UNREACHABLE, f"{said}: no promotion service is there.", _CHECK)
    if status < 500 and status != 429:
        return Failed(Exit.UNREACHABLE, f"{said}, and not as the service answers.", _CHECK)
    return Failed(Exit.UNREACHABLE, f"{said}.", "Try again a little later.")


_CHECK: Final = "Check the address: --url, PROMOTE_URL or the profile."


_PROFILE: Final = (
    'Write client_id into the profile; or login = "key" to send PROMOTE_KEY there, which, like '
    "PROMOTE_CLIENT_ID, goes to no profile that does not say so."
)


def _let_in(connection: Connection) -> str:
    match connection.login:
        case Login.KEY:
            return "Check the function key in PROMOTE_KEY."
        case Login.NONE if connection.is_profile:
            return _PROFILE
        case Login.NONE:
            return "Set PROMOTE_CLIENT_ID to log in with Microsoft Entra, or PROMOTE_KEY."
    return "Check client_id and tenant_id, and that you are assigned to the application."
