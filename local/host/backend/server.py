"""The backend's gRPC face, for durable clients and for workers in other processes.

Mends of durabletask 1.12.0's in-memory backend in this file:
- Waiting for an instance costs no thread. The stock server has ten of them and every waiting
  client takes one, so that nine or more waits leave nothing for the calls they wait for.
- A wait lasts as long as the client wants, not 30 s.
- The server takes a free port on 127.0.0.1 and messages of any size; Azure's 4 MB limit is the
  client's own.
- A worker is lost as soon as its connection is. One that is frozen is lost after 5 to 10 s, which
  takes the place of the lock on a message that Azure's backends renew while work goes on.
- host.json's options come from the host: it sends them along with its Hello, so that another
  version of the app may bring others.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict
from typing import Any, override

import durabletask.internal.orchestrator_service_pb2 as pb
import durabletask.internal.orchestrator_service_pb2_grpc as stubs
import grpc
from durabletask.testing.in_memory_backend import OrchestrationInstance

from local.host.backend.model import TERMINAL, Call, Options, Refused, Watcher
from local.host.backend.requests import Requests

KEEPALIVE_SECONDS = 5
"""How long a connection may be silent, and then how long its other end may take to answer."""

OPTIONS_KEY = "host-options"
"""The metadata of a Hello that carries host.json's options, as JSON."""

UNLIMITED = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))
_KEEPALIVE = (
    ("grpc.keepalive_time_ms", KEEPALIVE_SECONDS * 1000),
    ("grpc.keepalive_timeout_ms", KEEPALIVE_SECONDS * 1000),
    ("grpc.http2.ping_timeout_ms", KEEPALIVE_SECONDS * 1000),  # a minute without it
    ("grpc.http2.max_pings_without_data", 0),
    # Another backend must not share the port: half of the calls would go to it.
    ("grpc.so_reuseport", 0),
)

_QUICK = (
    "AbandonTaskActivityWorkItem",
    "AbandonTaskEntityWorkItem",
    "AbandonTaskOrchestratorWorkItem",
    "CleanEntityStorage",
    "CompleteActivityTask",
    "CompleteEntityTask",
    "CompleteOrchestratorTask",
    "CreateTaskHub",
    "DeleteTaskHub",
    "GetEntity",
    "GetInstance",
    "ListInstanceIds",
    "PurgeInstances",
    "QueryEntities",
    "QueryInstances",
    "RaiseEvent",
    "RestartInstance",
    "ResumeInstance",
    "RewindInstance",
    "SignalEntity",
    "StartInstance",
    "SuspendInstance",
    "TerminateInstance",
)


class Backend(Requests):
    """The in-memory backend with all its mends. `start()` opens it to clients and workers."""

    def __init__(self, options: Options | None = None) -> None:
        super().__init__(options)
        self._watchers: dict[str, list[Watcher]] = {}
        self._aio_server: Any = None

    @override
    def start(self, port: int = 0) -> str:
        """Serve gRPC; returns the address. Raises RuntimeError if the port is taken."""
        self._shutdown_event.clear()
        return self.loop.submit(self._serve(port)).result()

    async def _serve(self, port: int) -> str:
        self._aio_server = grpc.aio.server(options=[*UNLIMITED, *_KEEPALIVE])
        register: Any = stubs.add_TaskHubSidecarServiceServicer_to_server
        register(_Servicer(self), self._aio_server)
        port = self._aio_server.add_insecure_port(f"127.0.0.1:{port}")
        await self._aio_server.start()
        return f"127.0.0.1:{port}"

    @override
    def stop(self, grace: float | None = None) -> None:
        """Stop serving and stop time: workers get no more work, timers no longer fire."""
        self._shutdown_event.set()
        self._work_available.set()
        if self._aio_server is not None:
            self.loop.submit(self._aio_server.stop(grace)).result()
        self.loop.stop()

    # -- waiting

    def watch(self, instance_id: str, watcher: Watcher) -> None:
        """Tell the watcher once, as soon as the instance is as wanted (which may be now)."""
        with self._lock:
            self._watchers.setdefault(instance_id, []).append(watcher)
            self._notify_waiters(instance_id)

    def unwatch(self, instance_id: str, watcher: Watcher) -> None:
        with self._lock:
            watchers = self._watchers.get(instance_id, [])
            if watcher in watchers:
                watchers.remove(watcher)
            if not watchers:
                self._watchers.pop(instance_id, None)

    @override
    def _notify_waiters(self, instance_id: str) -> None:
        run = self._run(instance_id)
        for watcher in list(self._watchers.get(instance_id, ())):
            if run is not None and watcher.wanted(run):
                self.unwatch(instance_id, watcher)
                watcher.tell()


class _Servicer(stubs.TaskHubSidecarServiceServicer):
    """Runs on the backend's loop. Every call but the waits answers at once, from memory."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        for name in _QUICK:
            setattr(self, name, _answer(getattr(backend, name)))

    @override
    async def Hello(self, request: Any, context: Any) -> Any:
        metadata = dict(context.invocation_metadata() or ())
        if OPTIONS_KEY in metadata:
            self._backend.options = Options(**json.loads(metadata[OPTIONS_KEY]))
        return self._backend.Hello(request, Call())

    @override
    async def GetWorkItems(self, request: pb.GetWorkItemsRequest, context: Any) -> None:
        # Written, not yielded: gRPC ends a coroutine at once when the connection is lost.
        async with aclosing(self._backend.work_items()) as items:
            async for item in items:
                await context.write(item)

    @override
    async def StreamInstanceHistory(
        self, request: pb.StreamInstanceHistoryRequest, context: Any
    ) -> AsyncIterator[pb.HistoryChunk]:
        try:
            for chunk in self._backend.StreamInstanceHistory(request, Call()):
                yield chunk
        except Refused as refused:
            await context.abort(refused.code, refused.details)

    @override
    async def WaitForInstanceStart(
        self, request: pb.GetInstanceRequest, context: Any
    ) -> pb.GetInstanceResponse:
        return await self._wait(request, lambda i: i.status != pb.ORCHESTRATION_STATUS_PENDING)

    @override
    async def WaitForInstanceCompletion(
        self, request: pb.GetInstanceRequest, context: Any
    ) -> pb.GetInstanceResponse:
        return await self._wait(request, lambda i: i.status in TERMINAL)

    async def _wait(
        self, request: pb.GetInstanceRequest, wanted: Callable[[OrchestrationInstance], bool]
    ) -> pb.GetInstanceResponse:
        loop, reached = asyncio.get_running_loop(), asyncio.Event()

        def tell() -> None:
            loop.call_soon_threadsafe(reached.set)

        watcher = Watcher(wanted, tell)
        self._backend.watch(request.instanceId, watcher)
        try:
            await reached.wait()  # gRPC cancels this when the client's deadline has passed
        finally:
            self._backend.unwatch(request.instanceId, watcher)
        return self._backend.GetInstance(request, Call())


def _answer(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Awaitable[Any]]:
    async def call(request: Any, context: Any) -> Any:
        try:
            return method(request, Call())
        except Refused as refused:
            return await context.abort(refused.code, refused.details)

    return call


def options_metadata(options: Options) -> tuple[tuple[str, str], ...]:
    """What a host sends along with its Hello."""
    return ((OPTIONS_KEY, json.dumps(asdict(options))),)
