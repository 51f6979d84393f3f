"""A durable context that a script answers: orchestrators run to their end in microseconds."""

from collections.abc import Callable, Generator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from durabletask import task
from durabletask.internal.helpers import new_failure_details

type Answer = Any
"""What an activity answers: JSON, an exception to fail with, or a list of them, one per call."""


@dataclass
class FakeContext:
    """Answers activities and sub-orchestrations from ``answers``; timers let its clock go on."""

    answers: dict[str, Answer]
    now: datetime = datetime(2026, 3, 2, 12)  # noqa: DTZ001  # durabletask gives UTC without a zone
    lock_seconds: float = 0
    """How long others keep the endpoint locked."""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    @property
    def current_utc_datetime(self) -> datetime:
        return self.now

    def set_custom_status(self, shown: dict[str, Any]) -> None:
        self.statuses.append(shown["status"])

    def call_activity(self, name: str, *, input: dict[str, Any], retry_policy: Any) -> Answer:
        return self._answer(name, input)

    def call_sub_orchestrator(self, name: str, *, input: dict, instance_id: str) -> Answer:
        return self._answer(name, {**input, "instance_id": instance_id})

    def create_timer(self, span: timedelta) -> None:
        self.pauses.append(span.total_seconds())
        self.now += span

    def lock_entities(self, entities: list[Any]) -> Any:
        self.calls.append(("lock", {"key": entities[0].key}))
        self.now += timedelta(seconds=self.lock_seconds)
        return nullcontext()

    def called(self, name: str) -> list[dict[str, Any]]:
        """The inputs of every call of that activity or sub-orchestration."""
        return [given for called, given in self.calls if called == name]

    def names(self) -> list[str]:
        """What was called, in order, but the records."""
        return [name for name, _ in self.calls if name != "record"]

    def recorded(self) -> list[str]:
        """Names of the facts that were recorded, in order."""
        return [given["name"] for given in self.called("record")]

    def _answer(self, name: str, given: dict[str, Any]) -> Answer:
        self.calls.append((name, given))
        answer = self.answers.get(name, {})
        return answer.pop(0) if isinstance(answer, list) else answer


def run(orchestrator: Callable[..., Generator], ctx: FakeContext, order: dict[str, Any]) -> Any:
    """The orchestrator's output."""
    story = orchestrator(ctx, order)
    answer: Any = None
    try:
        while True:
            if isinstance(answer, Exception):
                details = new_failure_details(answer)
                answer = story.throw(task.TaskFailedError(str(answer), details))
            else:
                answer = story.send(answer)
    except StopIteration as end:
        return end.value
