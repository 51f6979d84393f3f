"""The ASGI application: takes a request in, meets faults, finds the handler, keeps the ledger."""

import asyncio
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.azureml import routes
from local.azureml.cloud import Cloud
from local.azureml.errors import ArmError, AzureError, service_error, user_error
from local.azureml.faults import Fault
from local.azureml.ledger import Entry, readable, redacted
from local.azureml.wire import EMPTY, Call, Reply

HOLD_SECONDS = 60
"""How long a held request waits at most; then its connection is dropped."""

_BLOB_HOST = re.compile(r"([^.]+)\.blob\.")


class _Dropped(Exception):
    """The connection shall be closed without an answer."""


@dataclass(frozen=True)
class App:
    """Handlers run on the event loop, one after the other: the store needs no finer lock."""

    cloud: Cloud

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"{scope['type']} is not served here")
        request = Request(scope, receive)
        call = await _read(self.cloud, request)
        try:
            reply = await self._answer(call, request)
        except _Dropped:
            await _drop(request)
            return
        body, described = reply.encode()
        response = Response(body, reply.status, {**described, **reply.headers})
        await response(scope, receive, send)

    async def _answer(self, call: Call, request: Request) -> Reply:
        if call.path.startswith(routes.CONTROL):
            return await self._handle(call)
        entry = _entry(call)
        self.cloud.ledger.open(entry)
        try:
            reply = await self._meet_faults(call, entry, request)
        except _Dropped:
            entry.finish(None, {})
            raise
        entry.finish(reply.status, reply.headers)
        return reply

    async def _meet_faults(self, call: Call, entry: Entry, request: Request) -> Reply:
        query = unquote_plus(call.query_string)
        fault = self.cloud.faults.take(call.method, call.path, query)
        if fault is None:
            return await self._handle(call)
        entry.fault = f"{fault.kind} {fault.id}"
        if fault.answer is not None:
            return await _prescribed(fault.answer)
        if fault.drop == "before":
            raise _Dropped
        if fault.hold == "before":
            await _hold(fault, request)
        call.operation_error = fault.operation
        reply = await self._handle(call)
        if fault.drop == "after":
            raise _Dropped
        if fault.hold == "after":
            await _hold(fault, request)
        return reply

    async def _handle(self, call: Call) -> Reply:
        """The handler's reply, or the error that it ended with."""
        try:
            route, call.params = _find(call)
            if route.blocking:
                return await run_in_threadpool(route.handler, call)
            with self.cloud.lock:
                self.cloud.store.operations.settle_due()
                reply = route.handler(call)
                # Encoded before anybody else can change what the body refers to.
                body, described = reply.encode()
                return Reply(reply.status, body, {**described, **reply.headers})
        except AzureError as error:
            return Reply(error.status, error.body(), error.headers)
        except Exception:
            # A hole in the stand-in, not in its client: say so on both sides.
            traceback.print_exc()
            message = f"The stand-in broke on {call.method} {call.path}; see its stderr."
            return Reply(500, {"error": service_error("InternalServerError", message)})


def _find(call: Call) -> tuple[routes.Route, dict[str, str]]:
    found = routes.find(call.method, call.path)
    if found is None:
        raise user_error(404, f"The stand-in has no {call.method} {call.path}")
    if found[0].needs == "bearer" and not call.bearer:
        message = "Authentication failed. The 'Authorization' header is missing."
        challenge = {"WWW-Authenticate": f'Bearer authorization_uri="{call.cloud.url}"'}
        raise ArmError(401, "AuthenticationFailed", message, challenge)
    if call.path.startswith("/subscriptions/") and not call.api_version:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise ArmError(400, "MissingApiVersionParameter", message, {})
    return found


async def _read(cloud: Cloud, request: Request) -> Call:
    path: str = request.scope["path"]
    headers = dict(request.headers)
    if account := _BLOB_HOST.match(headers.get("host", "")):
        path = f"/blobs/{account[1]}{path}"
    elif "x-ms-version" in headers and not path.startswith(("/blobs/", routes.CONTROL)):
        # Only storage has that header; on localhost its account is the first part of the path.
        path = f"/blobs{path}"
    query = request.scope["query_string"].decode("latin-1")
    return Call(
        cloud=cloud,
        method=request.method,
        path=path,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        query_string=query,
        headers=headers,
        raw=await request.body(),
    )


def _entry(call: Call) -> Entry:
    return Entry(
        method=call.method,
        host=call.headers.get("host", ""),
        path=call.path,
        query=call.query_string,
        request_headers=redacted(call.headers),
        request_body=readable(call.raw),
    )


async def _prescribed(answer: Mapping[str, object]) -> Reply:
    """The answer that a fault wants."""
    await asyncio.sleep(float(str(answer.get("delay_seconds") or 0)))
    headers = {str(name): str(value) for name, value in dict(answer.get("headers") or {}).items()}  # type: ignore[call-overload]
    return Reply(int(str(answer["status"])), answer.get("body", EMPTY), headers)


async def _drop(request: Request) -> None:
    """Cuts the line and waits until uvicorn has noticed, lest it answer 500 in our place."""
    request.scope["state"]["transport"].abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _hold(fault: Fault, request: Request) -> None:
    """Waits until the fault is released; a request whose client has gone ends here."""

    async def client_gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    if not await fault.keep(client_gone, HOLD_SECONDS):
        raise _Dropped
