"""Long-running operations.

An operation is due a while after it was started and is settled lazily: every request first settles
what is due. No thread has to run for time to pass.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Operation:
    """Something that Azure says it is still doing."""

    id: str
    started: float
    due: float
    settle: Callable[["Operation"], None]
    error: dict[str, Any] | None = None
    """How it ends, where it is to fail."""
    result: Any = None
    """What its last reply carries."""
    done: bool = False

    @property
    def failed(self) -> bool:
        return self.done and self.error is not None


@dataclass
class Operations:
    """All operations, those that have ended too: Azure still answers for them."""

    now: Callable[[], float] = time.time
    _all: dict[str, Operation] = field(default_factory=dict)
    _open: list[Operation] = field(default_factory=list)

    def start(
        self,
        seconds: float,
        settle: Callable[[Operation], None],
        *,
        prefix: str = "",
        id: str = "",
        error: dict[str, Any] | None = None,
        result: Any = None,
    ) -> Operation:
        """Starts an operation; with no duration it ends when anybody looks next."""
        now = self.now()
        operation = Operation(
            id=id or f"{prefix}{uuid.uuid4()}",
            started=now,
            due=now + seconds,
            settle=settle,
            error=error,
            result=result,
        )
        self._all[operation.id] = operation
        self._open.append(operation)
        return operation

    def get(self, id: str) -> Operation | None:
        return self._all.get(id)

    def settle_due(self) -> None:
        """Ends what is due, in the order in which it became due."""
        now = self.now()
        due = sorted(
            (operation for operation in self._open if operation.due <= now),
            key=lambda operation: operation.due,
        )
        for operation in due:
            self._open.remove(operation)
            operation.done = True
            operation.settle(operation)
