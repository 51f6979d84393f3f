"""HTTP triggers: from a request to the function's RpcHttp message, and back to a response."""

import logging
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from local.host.durable import DurableFunctions
from local.host.errors import InvocationError
from local.host.keys import Keys
from local.host.messages import RpcHttp, TypedData
from local.host.routes import Route
from local.host.worker import Function, Worker

log = logging.getLogger(__name__)

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
BODY_LIMIT = 104_857_600
"""Bytes; FUNCTIONS_REQUEST_BODY_SIZE_LIMIT's default."""


class HttpTriggers:
    def __init__(self, worker: Worker, durable: DurableFunctions, keys: Keys, prefix: str) -> None:
        self._worker, self._durable, self._keys = worker, durable, keys
        routes = [(route_of(f, prefix), f) for f in worker.of("httpTrigger")]
        self._routes = sorted(routes, key=lambda r: (r[0].precedence, r[0].template))

    async def answer(self, request: Request) -> Response:
        found = self._find(request)
        if found is None:  # also when only the method does not fit: Azure has no 405
            return Response(status_code=404)
        function, parameters = found
        level = str(function.trigger.get("authLevel") or "function").lower()
        names = ("default",) if level == "function" else ()
        if level != "anonymous" and not self._keys.allow(request, *names):
            return Response(status_code=401)
        body = await limited_body(request)
        if body is None:
            return Response(status_code=413)
        try:
            value = TypedData(http=_message(request, body, parameters))
            extra = self._durable.client_bindings(function)
            return _response(await self._worker.invoke(function, value, extra))
        except InvocationError as error:
            log.error("Executed 'Functions.%s' (Failed)\n%s", function.name, error.stack_trace)
            return Response(status_code=500)

    def _find(self, request: Request) -> tuple[Function, dict[str, str]] | None:
        path = request.scope.get("raw_path") or quote(request.url.path).encode()
        for route, function in self._routes:
            methods = [m.upper() for m in function.trigger.get("methods") or METHODS]
            if request.method in methods:
                parameters = route.match(path.decode("ascii"))
                if parameters is not None:
                    return function, parameters
        return None


def route_of(function: Function, prefix: str) -> Route:
    route = function.trigger.get("route")
    own = function.name if route is None else str(route)
    return Route("/".join(part for part in (prefix.strip("/"), own.strip("/")) if part))


async def limited_body(request: Request) -> bytes | None:
    """The whole body, or None if it is larger than Azure takes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


def _message(request: Request, body: bytes, parameters: dict[str, str]) -> RpcHttp:
    given = [(name, value) for name, value in request.query_params.multi_items() if value]
    return RpcHttp(
        method=request.method,
        url=str(request.url),
        headers=_joined(request.headers.items()),
        params=parameters,
        query=_joined(given),  # the host leaves out empty ones
        body=TypedData(bytes=body),
    )


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """As the host gives what is repeated: StringValues.ToString() puts commas between."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _response(value: Any) -> Response:
    if value is None:
        return Response(status_code=204)
    if value.http is None:
        return Response(value.string, media_type="text/plain")
    http = value.http
    response = Response(http.body.bytes or b"", int(http.status_code), http.headers)
    for cookie in http.cookies or []:
        response.set_cookie(cookie.name, cookie.value, **_cookie_options(cookie))
    return response


def _cookie_options(cookie: Any) -> dict[str, Any]:
    def value(field: Any) -> Any:
        return None if field is None else field.value

    return {
        "max_age": value(cookie.max_age) and int(value(cookie.max_age)),
        "expires": value(cookie.expires),
        "path": value(cookie.path) or "/",
        "domain": value(cookie.domain),
        "secure": bool(value(cookie.secure)),
        "httponly": bool(value(cookie.http_only)),
        "samesite": {1: "lax", 2: "strict", 3: "none"}.get(cookie.same_site),
    }
