"""Things that go wrong on demand: answers, dropped or held connections, failed operations."""

import asyncio
import re
import threading
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Self

_ACTIONS = ("answer", "drop", "hold", "operation")


@dataclass
class Fault:
    """Which requests it meets, how often, and what happens to them."""

    path: str
    method: str | None = None
    query: str | None = None
    skip: int = 0
    times: int | None = 1
    """How many requests it meets; None means every one from now on."""
    answer: dict[str, Any] | None = None
    drop: Literal["before", "after"] | None = None
    hold: Literal["before", "after"] | None = None
    """Keep the request waiting before it takes effect, or its answer after that, until it is
    released or its client has gone: at that moment a test kills the client."""
    operation: dict[str, Any] | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    met: int = 0
    held: int = 0
    """How many requests it keeps waiting now."""
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def parse(cls, body: dict[str, Any]) -> Self:
        """A fault from its JSON; ValueError says what is wrong with it."""
        known = {"path", "method", "query", "skip", "times", *_ACTIONS}
        if unknown := sorted(set(body) - known):
            raise ValueError(f"{unknown[0]} is not a field of a fault")
        if sum(body.get(action) is not None for action in _ACTIONS) != 1:
            raise ValueError(f"a fault has exactly one of {', '.join(_ACTIONS)}")
        fault = cls(**{"path": "", **body})
        re.compile(fault.path)
        re.compile(fault.query or "")
        fault._check_action()
        return fault

    def _check_action(self) -> None:
        if self.answer is not None and "status" not in self.answer:
            raise ValueError("answer needs a status")
        for name in ("drop", "hold"):
            if getattr(self, name) not in (None, "before", "after"):
                raise ValueError(f"{name} is before or after")
        if self.operation is not None and not {"code", "message"} <= set(self.operation):
            raise ValueError("operation needs a code and a message")

    def matches(self, method: str, path: str, query: str) -> bool:
        return (
            (not self.method or self.method.upper() == method)
            and re.search(self.path, path) is not None
            and re.search(self.query or "", query) is not None
        )

    @property
    def spent(self) -> bool:
        return self.times is not None and self.met >= self.skip + self.times

    @property
    def kind(self) -> str:
        """What the ledger calls it."""
        return next(action for action in _ACTIONS if getattr(self, action) is not None)

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def release(self) -> None:
        """Lets what it holds go on, and what it would hold later."""
        self._released.set()

    async def keep(self, client_gone: Callable[[], Awaitable[object]], seconds: float) -> bool:
        """Waits; True when it is released, False when the client has gone or the time is up."""
        waits = [asyncio.ensure_future(wait()) for wait in (self._released.wait, client_gone)]
        self.held += 1
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.held -= 1
            for wait in waits:
                wait.cancel()
        return self._released.is_set()


class Faults:
    """The faults that wait. The first that matches takes a request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def take(self, method: str, path: str, query: str) -> Fault | None:
        """The fault that this request meets, if any; counts it."""
        with self._lock:
            for fault in self._faults:
                if fault.spent or not fault.matches(method, path, query):
                    continue
                fault.met += 1
                if fault.met > fault.skip:
                    return fault
        return None

    def all(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.as_json() for fault in self._faults]

    def clear(self) -> None:
        with self._lock:
            for fault in self._faults:
                fault.release()
            self._faults.clear()

    def release(self, fault_id: str) -> bool:
        """Lets go what a fault holds; False if there is no such fault."""
        with self._lock:
            found = [fault for fault in self._faults if fault.id == fault_id]
            for fault in found:
                fault.release()
        return bool(found)
