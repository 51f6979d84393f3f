"""Things that go wrong on demand: answers, dropped connections, failed operations."""

import re
import threading
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal, Self

_ACTIONS = ("answer", "drop", "operation")


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
    operation: dict[str, Any] | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    met: int = 0

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
        if self.drop not in (None, "before", "after"):
            raise ValueError("drop is before or after")
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
        return dict(vars(self))


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
            self._faults.clear()
