"""The host: one app, one port, one event loop in a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import uvicorn
from azure.durable_functions.client import SyncDurableFunctionsClient
from starlette.applications import Starlette
from starlette.routing import Route, request_response

from local.host import checks, settings
from local.host.admin import AdminApi
from local.host.backend import Backend, Options
from local.host.durable import DurableFunctions, client_binding
from local.host.errors import HostError
from local.host.eventgrid import EventGridWebhook
from local.host.http import HttpTriggers
from local.host.keys import Keys
from local.host.management import ManagementApi
from local.host.pump import DurablePump
from local.host.sidecar import DirectSidecar, RemoteSidecar, Sidecar
from local.host.timers import TimerTriggers
from local.host.worker import Worker

STOP_SECONDS = 2
"""How long running requests may take to end once the host stops."""


class Host:
    """Runs an app's function_app.py as Azure Functions would.

        with Host("path/to/app", port=0) as host:
            httpx.get(f"{host.url}/api/ping")

    One host at a time per process: the worker library keeps its registry in globals.
    """

    def __init__(
        self,
        app_dir: str | Path,
        *,
        port: int = 0,
        keys: Keys | Mapping[str, str] | None = None,
        timers: bool = True,
        backend_address: str | None = None,
    ) -> None:
        """`backend_address` is that of a durable backend in another process, None makes one."""
        self.keys = keys if isinstance(keys, Keys) else Keys(**(keys or {}))
        self.url = ""
        self.grpc_address = ""
        self.client_binding = ""
        """What a durable client parameter is made of: DurableFunctionsClient(this)."""
        self._sidecar: Sidecar = (
            RemoteSidecar(backend_address) if backend_address else DirectSidecar()
        )
        self._app_dir, self._port, self._with_timers = Path(app_dir), port, timers
        self._worker = Worker(self._app_dir)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._client: SyncDurableFunctionsClient | None = None
        self._server: uvicorn.Server | None = None
        self._thread = threading.Thread(target=self._run, name="functions-host", daemon=True)

    # -- for the one who runs it

    def start(self) -> Self:
        """Serve; returns when requests are answered. Raises HostError if the app can't be run."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        return self

    def stop(self) -> None:
        if self._client is not None:
            self._client.close()
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def functions(self) -> list[str]:
        return sorted(self._worker.functions)

    @property
    def backend(self) -> Backend:
        """The durable backend, which must be the host's own."""
        if not isinstance(self._sidecar, DirectSidecar) or self._sidecar.backend is None:
            raise HostError("the durable backend is in another process, or not started")
        return self._sidecar.backend

    def eventgrid_url(self, function_name: str) -> str:
        """Where an event subscription sends its events for a function."""
        query = f"functionName={quote(function_name)}&code={quote(self.keys.eventgrid)}"
        return f"{self.url}/runtime/webhooks/EventGrid?{query}"

    def durable_client(self) -> SyncDurableFunctionsClient:
        """A durable client for use outside the app, from any thread."""
        if self._client is None:
            self._client = SyncDurableFunctionsClient(self.client_binding)
        return self._client

    # -- the thread

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        app_settings = settings.load(self._app_dir)
        listener = _listen(self._port)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            await self._worker.start()
            checks.check(self._worker, app_settings.route_prefix)
            options = Options(app_settings.replace_running, app_settings.default_version)
            self.grpc_address = await self._sidecar.start(options)
            self.client_binding = client_binding(
                self.grpc_address, self.url, app_settings.hub, self.keys.durabletask
            )
            await self._serve_app(listener, app_settings)
        finally:
            listener.close()
            await self._sidecar.stop()
            self._worker.stop()

    async def _serve_app(self, listener: socket.socket, app_settings: settings.AppSettings) -> None:
        functions = DurableFunctions(self._worker, self.client_binding)
        pump = DurablePump(functions, self._sidecar, app_settings.durable)
        timers = TimerTriggers(self._worker, functions)
        http = HttpTriggers(self._worker, functions, self.keys, app_settings.route_prefix)
        webhook = EventGridWebhook(self._worker, functions, self.keys)
        management = ManagementApi(self._sidecar, functions, self.keys, app_settings.hub)
        admin = AdminApi(self._worker, functions, timers, self.keys)
        app = Starlette(
            routes=[
                Route("/runtime/webhooks/EventGrid", webhook.answer, methods=["POST", "OPTIONS"]),
                *management.routes(),
                *admin.routes(),
            ]
        )
        # Not a route of Starlette's: those know no line break, and redirect by themselves.
        app.router.default, app.router.redirect_slashes = request_response(http.answer), False
        self._server = _Server(app, self._ready)
        pump.start()
        if self._with_timers:
            timers.start()
        try:
            await self._server.serve(sockets=[listener])
        finally:
            timers.stop()
            pump.stop()


class _Server(uvicorn.Server):
    """uvicorn, telling when it is ready and leaving signals to others."""

    def __init__(self, app: Starlette, ready: threading.Event) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()


def _listen(port: int) -> socket.socket:
    # asyncio switches Nagle's algorithm off only where the protocol is named: with it, a request on
    # a kept-alive connection costs 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise HostError(f"cannot listen on port {port}: {reason}") from error
    return listener
