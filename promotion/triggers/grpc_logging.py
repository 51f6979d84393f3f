"""Keeps gRPC from logging while it holds a lock, which can stop the whole app for ever.

Seen with grpcio 1.85.1 in Python 3.13.0: a thread makes or drops a channel, and logs at level debug
under gRPC's global lock. Another thread holds the lock of ``logging`` when the garbage collector
runs in it, and drops a channel there. Each waits for the other, then everybody for both. Levels do
not help: whether a record is wanted is looked up under the lock of ``logging``.
"""

import logging
from typing import Final

LOGGER: Final = "grpc._cython.cygrpc"


def silence() -> None:
    """Let gRPC's core log nothing at level debug; warnings and errors are logged as ever."""
    setattr(logging.getLogger(LOGGER), "debug", _nothing)  # noqa: B010  # mypy takes no method for one


def _nothing(*_: object, **__: object) -> None:
    return None
