"""What came, and what a test may do to it."""

import asyncio
import json
import re
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

type Handler = Callable[[Request, Any], Awaitable[Response]]


@dataclass
class Fault:
    """A reply that is given instead of the far side's own."""

    path: str
    """A regular expression."""
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    times: int | None = 1
    """None: from now on."""
    carried_out: bool = False
    """Whether it is taken all the same: its answer is what is lost."""
    cut: bool = False
    """No answer at all: the connection ends."""
    delay: float = 0
    """Seconds until the answer."""


@dataclass(frozen=True)
class Came:
    """One message that was taken."""

    side: str
    """teams, slack, json or topic."""
    body: Any
    headers: dict[str, str]


class Inbox:
    """Everything that was taken, in order."""

    def __init__(self) -> None:
        self.came: list[Came] = []
        self.asked: list[tuple[str, int]] = []
        """Path and status of every request."""
        self.faults: list[Fault] = []
        self.listeners: list[Callable[[Came], None]] = []
        """Who is told of each message that is taken."""
        self._lock = threading.Lock()

    def of(self, side: str) -> list[Any]:
        """The bodies that one far side has taken."""
        return [one.body for one in self.came if one.side == side]

    def fault(self, path: str, **what: Any) -> Fault:
        """Let requests of that path go wrong."""
        fault = Fault(path, **what)
        self.faults.append(fault)
        return fault

    def take(self, side: str, body: Any, request: Request) -> None:
        came = Came(side, body, dict(request.headers))
        with self._lock:
            self.came.append(came)
            for listener in self.listeners:
                listener(came)

    def route(self, path: str, handler: Handler) -> Route:
        """A route that goes wrong where it is told to."""

        async def handle(request: Request) -> Response:
            reply = await self._reply(request, handler)
            self.asked.append((request.url.path, reply.status_code))
            return reply

        return Route(path, handle, methods=["POST"])

    async def _reply(self, request: Request, handler: Handler) -> Response:
        raw = await request.body()
        fault = self._fault_of(request.url.path)
        if fault is None or fault.carried_out:
            try:
                body = json.loads(raw)
            except ValueError:
                return Response("invalid_payload", 400)
            reply = await handler(request, body)
            if fault is None:
                return reply
        await asyncio.sleep(fault.delay)
        if fault.cut:
            request.scope["state"]["transport"].abort()
        return Response(fault.body, fault.status, fault.headers)

    def _fault_of(self, path: str) -> Fault | None:
        for fault in self.faults:
            if re.search(fault.path, path):
                if fault.times is not None:
                    fault.times -= 1
                    if not fault.times:
                        self.faults.remove(fault)
                return fault
        return None

    def routes(self) -> list[Route]:
        """What another process may do."""

        async def came(_: Request) -> Response:
            return JSONResponse([{"side": one.side, "body": one.body} for one in self.came])

        async def faults(request: Request) -> Response:
            self.fault(**await request.json())
            return JSONResponse({})

        async def reset(_: Request) -> Response:
            self.came, self.asked, self.faults = [], [], []
            return JSONResponse({})

        return [
            Route("/_control/came", came, methods=["GET"]),
            Route("/_control/faults", faults, methods=["POST"]),
            Route("/_control/reset", reset, methods=["POST"]),
        ]
