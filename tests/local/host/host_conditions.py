"""Waiting for what the tests cannot be told of."""

import threading
import time
from collections.abc import Callable
from typing import Any

_PAUSE = threading.Event()


def until[T](condition: Callable[[], T], timeout: float = 10) -> T:
    """Return the condition's first true value."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition was never met"
        _PAUSE.wait(0.005)
    return value


def parked(client: Any, instance_id: str, status: str = '"waiting"') -> None:
    """Wait until an orchestration shows a custom status."""

    def shows() -> bool:
        state = client.get_orchestration_state(instance_id)
        return state is not None and state.serialized_custom_status == status

    until(shows)
