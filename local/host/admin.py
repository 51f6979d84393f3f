"""Admin routes: the host's state, and running a function by hand. They take the master key."""

import asyncio
import json
from importlib.metadata import version
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.host.durable import DurableFunctions
from local.host.errors import InvocationError
from local.host.keys import Keys
from local.host.messages import TypedData
from local.host.timers import TimerTriggers
from local.host.worker import Function, Worker


class AdminApi:
    def __init__(
        self, worker: Worker, durable: DurableFunctions, timers: TimerTriggers, keys: Keys
    ) -> None:
        self._worker, self._durable, self._timers, self._keys = worker, durable, timers, keys
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[Route]:
        return [
            Route("/admin/host/ping", lambda _request: Response(), methods=["GET", "POST"]),
            Route("/admin/host/status", self._status, methods=["GET"]),
            Route("/admin/functions", self._list, methods=["GET"]),
            Route("/admin/functions/{name}", self._run, methods=["POST"]),
        ]

    async def _status(self, request: Request) -> Response:
        if not self._keys.allow(request):
            return Response(status_code=401)
        runtime = version("azure-functions-runtime")
        return JSONResponse({"id": "local", "state": "Running", "version": runtime})

    async def _list(self, request: Request) -> Response:
        if not self._keys.allow(request):
            return Response(status_code=401)
        functions = [
            {"name": f.name, "config": {"bindings": [f.trigger, *f.inputs]}}
            for f in self._worker.functions.values()
        ]
        return JSONResponse(functions)

    async def _run(self, request: Request) -> Response:
        if not self._keys.allow(request):
            return Response(status_code=401)
        name = request.path_params["name"].lower()
        function = next(
            (f for f in self._worker.functions.values() if f.name.lower() == name), None
        )
        if function is None:
            return Response(status_code=404)
        if function.kind not in ("timerTrigger", "eventGridTrigger"):
            return Response(f"a {function.kind} cannot be run by hand", 400)
        try:
            body = json.loads(await request.body() or b"{}")
            text = body.get("input", "")
        except (ValueError, AttributeError):
            return Response(status_code=400)
        task = asyncio.get_running_loop().create_task(self._invoke(function, text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return Response(status_code=202)

    async def _invoke(self, function: Function, text: Any) -> None:
        if function.kind == "timerTrigger":
            await self._timers.run(function)
            return
        try:
            event = TypedData(json=text if isinstance(text, str) else json.dumps(text))
            await self._worker.invoke(function, event, self._durable.client_bindings(function))
        except InvocationError:
            pass  # 202 has long been answered
