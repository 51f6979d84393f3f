"""The runs that a stand-in knows, and what a test may do to them."""

import asyncio
import itertools
import re
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.pipelines.declared import Declared

type Handler = Callable[[Request], Awaitable[Response]]


@dataclass
class Run:
    """One run, in nobody's words."""

    id: int
    number: int
    name: str
    parameters: dict[str, Any]
    ref: str
    begun: datetime
    result: str | None = None
    """None while it goes on; then how it ended, in the service's word."""
    stopping: bool = False
    hidden: int = 0
    """For how many more lists it is not listed: services are slow in that."""


@dataclass
class Fault:
    """A reply that is given instead of the service's own."""

    method: str
    path: str
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    carried_out: bool = False
    """Whether the request counts all the same: its answer is what is lost."""
    cut: bool = False
    """No answer at all: the connection ends."""
    delay: float = 0
    """Seconds until the answer."""


class Control:
    """Runs of one declared pipeline; `/_control` changes them from another process."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.guard: Callable[[Request], Response | None] = lambda _: None
        """What refuses requests of whom it does not know."""
        self.settings: dict[str, Any] = {}
        self.runs: list[Run] = []
        self.faults: list[Fault] = []
        self.asked: list[dict[str, Any]] = []
        """Every request: method, path, query, headers and body."""
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def reset(self) -> None:
        """As in the beginning."""
        self.settings, self.runs, self.faults, self.asked = {}, [], [], []

    def begin(self, parameters: dict[str, Any], ref: str) -> Run:
        """A new run."""
        with self._lock:
            number = next(self._numbers)
            name = self.declared.run_name(parameters, number)
            run = Run(1000 + number, number, name, dict(parameters), ref, datetime.now(UTC))
            run.hidden = self.settings.get("hidden", 0)
            self.runs.append(run)
            return run

    def listed(self, since: datetime | None) -> list[Run]:
        """The runs of a list, newest first."""
        shown = []
        for run in reversed(self.runs):
            if run.hidden:
                run.hidden -= 1
            elif since is None or run.begun >= since:
                shown.append(run)
        return shown

    def find(self, number: int) -> Run | None:
        return next((run for run in self.runs if run.id == number), None)

    def finish(self, result: str, number: int | None = None) -> None:
        """End that run, or all that go on."""
        for run in self.runs:
            if run.result is None and number in (None, run.id):
                run.result = result

    def fault(self, method: str, path: str, status: int = 500, **more: Any) -> None:
        """Let requests of that method and path (a regular expression) go wrong."""
        self.faults.append(Fault(method, path, status, **more))

    def route(self, path: str, handler: Handler, *methods: str) -> Route:
        """A route that notes what it is asked, and goes wrong where it is told to."""

        async def handle(request: Request) -> Response:
            raw = await request.body()
            self.asked.append(
                {
                    "method": request.method,
                    "path": request.url.path,
                    "query": dict(request.query_params),
                    "headers": dict(request.headers),
                    "body": raw.decode(),
                }
            )
            fault = self._fault_of(request)
            if fault is None:
                return self.guard(request) or await handler(request)
            if fault.carried_out:
                await handler(request)
            await asyncio.sleep(fault.delay)
            if fault.cut:
                request.scope["state"]["transport"].abort()
            if isinstance(fault.body, str):
                return Response(fault.body, fault.status, fault.headers, "text/html")
            return JSONResponse(fault.body, fault.status, fault.headers)

        return Route(path, handle, methods=list(methods))

    def _fault_of(self, request: Request) -> Fault | None:
        for fault in self.faults:
            if fault.method == request.method and re.search(fault.path, request.url.path):
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
                return fault
        return None

    def routes(self) -> list[Route]:
        """What another process may do."""

        async def finish(request: Request) -> Response:
            told = await request.json()
            self.finish(told["result"], told.get("id"))
            return JSONResponse({})

        async def settings(request: Request) -> Response:
            self.settings |= await request.json()
            return JSONResponse(self.settings)

        async def faults(request: Request) -> Response:
            self.fault(**await request.json())
            return JSONResponse({})

        async def runs(_: Request) -> Response:
            shown = [
                {"id": run.id, "name": run.name, "parameters": run.parameters, "result": run.result}
                for run in self.runs
            ]
            return JSONResponse({"runs": shown})

        async def reset(_: Request) -> Response:
            self.reset()
            return JSONResponse({})

        return [
            Route("/_control/finish", finish, methods=["POST"]),
            Route("/_control/settings", settings, methods=["PUT"]),
            Route("/_control/faults", faults, methods=["POST"]),
            Route("/_control/runs", runs, methods=["GET"]),
            Route("/_control/reset", reset, methods=["POST"]),
        ]
