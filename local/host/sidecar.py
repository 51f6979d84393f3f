"""The durable backend as the host sees it: in the host's own process, or in another.

In its own process it ends with the host; direct calls make it twice as fast. In another
(`python -m local.host.backend`) it lives on when the host is killed, as Azure's does.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any, Protocol

import durabletask.internal.orchestrator_service_pb2 as pb
import durabletask.internal.orchestrator_service_pb2_grpc as stubs
import grpc
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]

from local.host.backend import Backend, Call, Options, Refused
from local.host.backend.server import UNLIMITED, options_metadata
from local.host.errors import HostError

CONNECT_SECONDS = 10
"""How long a backend may take to answer when the host starts."""
CALL_SECONDS = 30
"""How long it may take to answer a call; a call is refused after that."""


class Sidecar(Protocol):
    """The backend's gRPC service, by gRPC's names. Raises Refused for what is turned down."""

    async def start(self, options: Options) -> str:
        """Returns the address for durable clients. HostError if there is no backend."""

    async def stop(self) -> None: ...

    def work_items(self) -> AsyncGenerator[pb.WorkItem]:
        """Work, until it is closed or the backend is lost (Refused)."""

    async def history(self, instance_id: str) -> Sequence[pb.HistoryChunk]: ...

    def __getattr__(self, name: str) -> Callable[[Any], Awaitable[Any]]: ...


class DirectSidecar:
    """A backend of the host's own; every method is a direct call."""

    backend: Backend | None = None

    async def start(self, options: Options) -> str:
        self.backend = Backend(options)
        return await asyncio.to_thread(self.backend.start)

    async def stop(self) -> None:
        if self.backend is not None:
            await asyncio.to_thread(self.backend.stop)

    def work_items(self) -> AsyncGenerator[pb.WorkItem]:
        return self._started.work_items()

    async def history(self, instance_id: str) -> Sequence[pb.HistoryChunk]:
        request = pb.StreamInstanceHistoryRequest(instanceId=instance_id)
        return list(self._started.StreamInstanceHistory(request, Call()))

    def __getattr__(self, name: str) -> Callable[[Any], Awaitable[Any]]:
        method = getattr(self._started, name)

        async def call(request: Any) -> Any:
            return method(request, Call())

        return call

    @property
    def _started(self) -> Backend:
        if self.backend is None:
            raise AttributeError("the backend has not been started")
        return self.backend


class RemoteSidecar:
    """A backend in another process, reached by gRPC."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._channel: Any = None

    async def start(self, options: Options) -> str:
        self._channel = grpc.aio.insecure_channel(self._address, options=UNLIMITED)
        make_stub: Any = stubs.TaskHubSidecarServiceStub
        self._stub = make_stub(self._channel)
        try:
            await self._stub.Hello(
                Empty(),
                metadata=options_metadata(options),
                timeout=CONNECT_SECONDS,
            )
        except grpc.aio.AioRpcError as error:
            raise HostError(
                f"no durable backend answers at {self._address} ({error.code().name}); "
                "start one with: python -m local.host.backend"
            ) from error
        return self._address

    async def stop(self) -> None:
        if self._channel is not None:
            await self._channel.close()

    async def work_items(self) -> AsyncGenerator[pb.WorkItem]:
        try:
            async for item in self._stub.GetWorkItems(pb.GetWorkItemsRequest()):
                yield item
        except grpc.aio.AioRpcError as error:
            raise _refused(error) from error

    async def history(self, instance_id: str) -> Sequence[pb.HistoryChunk]:
        request = pb.StreamInstanceHistoryRequest(instanceId=instance_id)
        try:
            stream = self._stub.StreamInstanceHistory(request, timeout=CALL_SECONDS)
            return [chunk async for chunk in stream]
        except grpc.aio.AioRpcError as error:
            raise _refused(error) from error

    def __getattr__(self, name: str) -> Callable[[Any], Awaitable[Any]]:
        if name.startswith("_"):
            raise AttributeError(name)
        method = getattr(self._stub, name)
        # A result that is not delivered would be lost: it waits until the backend is lost.
        timeout = None if name.startswith("Complete") else CALL_SECONDS

        async def call(request: Any) -> Any:
            try:
                return await method(request, timeout=timeout)
            except grpc.aio.AioRpcError as error:
                raise _refused(error) from error

        return call


def _refused(error: Any) -> Refused:
    return Refused(error.code(), error.details() or "the durable backend does not answer")
