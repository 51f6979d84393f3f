"""uvicorn over TLS in a thread of its own."""

import asyncio
import socket
import ssl
import threading
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol


class PortTaken(OSError):
    """Somebody else listens on the port."""


def listen(port: int) -> socket.socket:
    """A socket on the loopback interface; port 0 takes any that is free."""
    # asyncio switches Nagle's algorithm off only where the protocol is named: with it, a reply on a
    # kept-alive connection costs 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise PortTaken(f"Port {port} of 127.0.0.1 cannot be taken: {error.strerror}.") from error
    return listener


class _Protocol(H11Protocol):
    """Lets the application at the connection, so that it can drop it without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}

    def shutdown(self) -> None:
        """Cuts idle connections: a polite end of TLS waits for clients that keep theirs open."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()
        else:
            super().shutdown()


class _Uvicorn(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


class Server:
    """Runs an application until it is stopped."""

    def __init__(self, app: ASGIApp, listener: socket.socket, context: ssl.SSLContext) -> None:
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        config.load()
        config.ssl = context
        self._uvicorn = _Uvicorn(config)
        arguments: dict[str, Any] = {"sockets": [listener]}
        self._thread = threading.Thread(
            target=self._uvicorn.run, kwargs=arguments, name="azureml-stand-in", daemon=True
        )

    def start(self) -> None:
        self._thread.start()
        if not self._uvicorn.ready.wait(timeout=10):
            raise RuntimeError("The stand-in did not start within 10 seconds.")

    def stop(self) -> None:
        self._uvicorn.should_exit = True
        self._thread.join()
