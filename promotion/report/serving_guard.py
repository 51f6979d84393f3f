"""Only browsers that mean this machine are served, and told what the page may do."""

import re
from typing import TYPE_CHECKING, Any, Final

from promotion.core.errors import PromotionError, Terminal
from promotion.report import page_files
from promotion.report.page import to_json

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HERE: Final = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    f"form-action 'none'; frame-ancestors 'none'; style-src 'self' {page_files.PLOT_STYLE}"
)
_HEADERS: Final = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Only for browsers that mean this machine, and for pages from here.

    A name of somebody's own may lead to 127.0.0.1 (DNS rebinding), and any page may send requests
    here, though it cannot read what comes back.
    """

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http":
            # The end of the process, mostly.
            return await self._app(scope, receive, send)

        async def guarded(message: "Message") -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), text.encode()) for name, text in _HEADERS.items()]
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        refusal = _refusal(scope)
        if refusal is None:
            return await self._app(scope, receive, guarded)
        return await answer_with(refusal, 403)(scope, receive, guarded)


def _refusal(scope: "Scope") -> PromotionError | None:
    from starlette.datastructures import Headers

    headers = Headers(scope=scope)
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _HERE.fullmatch(hosts[0]):
        return Terminal(
            "This page is for this machine only.",
            remedy="Open it as http://localhost or 127.0.0.1.",
        )
    elsewhere = headers.get("sec-fetch-site") in ("cross-site", "same-site")
    if elsewhere and scope["path"] != "/":
        return Terminal("Only the page itself may ask.", remedy="Open it in a browser.")
    return None


def answer_with(content: Any, status: int = 200) -> "Response":
    """In JSON; of an error what it says of itself."""
    from starlette.responses import Response

    told = content.failure.model_dump() if isinstance(content, PromotionError) else content
    return Response(to_json(told), status, media_type="application/json")
