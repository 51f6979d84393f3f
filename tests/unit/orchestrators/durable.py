"""A durable context that a script answers: orchestrators run to their end in microseconds."""

from collections.abc import Callable, Generator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from durabletask import task
from durabletask.internal.helpers import new_failure_details

type Answer = Any
"""What an activity answers: JSON, an exception to fail with, After for what takes long, a
function of what it is given, or a list of them, one per call."""


@dataclass(frozen=True)
class After:
    """An answer that comes after a while."""

    seconds: float
    answer: Any


@dataclass(frozen=True)
class Event:
    """Something that happens outside, so many seconds after the start."""

    seconds: float
    name: str
    payload: Any = None


class _Later(task.CancellableTask[Any]):
    """A task that a script completes; ``due`` is when, unless an event does."""

    def __init__(self, due: datetime | None, answer: Any = None, event: str | None = None) -> None:
        super().__init__()
        self.due = due
        self.answer = answer
        self.event = event

    def come(self, answer: Any) -> None:
        if isinstance(answer, Exception):
            self.fail(str(answer), new_failure_details(answer))
        else:
            self.complete(answer)


@dataclass
class FakeContext:
    """Answers activities and sub-orchestrations from ``answers``; waiting lets its clock go on."""

    answers: dict[str, Answer]
    now: datetime = datetime(2026, 3, 2, 12)  # noqa: DTZ001  # durabletask gives UTC without a zone
    lock_seconds: float = 0
    """How long others keep the endpoint locked."""
    events: list[Event] = field(default_factory=list)
    instance_id: str = "p-1"
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    shown: dict[str, Any] = field(default_factory=dict)
    """The custom status."""
    pauses: list[float] = field(default_factory=list)
    sent: list[tuple[str, str, Any]] = field(default_factory=list)
    """Events that it raised for others: instance, name, payload."""
    _tasks: list[_Later] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.started = self.now
        self.events = sorted(self.events, key=lambda event: event.seconds)

    @property
    def current_utc_datetime(self) -> datetime:
        return self.now

    def set_custom_status(self, shown: dict[str, Any]) -> None:
        self.statuses.append(shown["status"])
        self.shown = shown

    def call_activity(self, name: str, *, input: dict[str, Any]) -> task.Task:
        return self._answer(name, input)

    def call_sub_orchestrator(self, name: str, *, input: dict, instance_id: str) -> task.Task:
        return self._answer(name, {**input, "instance_id": instance_id})

    def call_entity(self, entity: Any, operation: str, input: Any = None) -> task.Task:
        return self._answer(f"{entity.entity}.{operation}", input)

    def signal_entity(self, entity: Any, operation: str, input: Any = None) -> None:
        self.calls.append((f"{entity.entity}.{operation}", input))

    def send_event(self, instance_id: str, event_name: str, *, data: Any = None) -> None:
        self.sent.append((instance_id, event_name, data))

    def wait_for_external_event(self, name: str) -> task.Task:
        return self._later(_Later(None, event=name))

    def create_timer(self, until: timedelta | datetime) -> task.Task:
        span = until if isinstance(until, timedelta) else until.replace(tzinfo=None) - self.now
        self.pauses.append(span.total_seconds())
        return self._later(_Later(self.now + span))

    def lock_entities(self, entities: list[Any]) -> Any:
        self.calls.append(("lock", {"key": entities[0].key}))
        self.now += timedelta(seconds=self.lock_seconds)
        done = task.CompletableTask[Any]()
        done.complete(nullcontext())
        return done

    def called(self, name: str) -> list[dict[str, Any]]:
        """The inputs of every call of that activity or sub-orchestration."""
        return [given for called, given in self.calls if called == name]

    def names(self) -> list[str]:
        """What was called, in order, but the records."""
        return [name for name, _ in self.calls if name != "record"]

    def recorded(self) -> list[str]:
        """Names of the facts that were recorded, in order."""
        return [given["name"] for given in self.called("record")]

    def wait_for(self, awaited: task.Task) -> None:
        """Let time pass until that task is done."""
        while not awaited.is_complete:
            due = min((later.due for later in self._open() if later.due), default=None)
            event = self.events[0] if self.events else None
            at = event and self._at(event)
            if at and (due is None or at <= due):
                self.now = max(self.now, at)
                self._happen(self.events.pop(0))
            elif due is not None:
                self.now = max(self.now, due)
                first = next(later for later in self._open() if later.due == due)
                first.come(first.answer)
            else:
                raise AssertionError("the orchestrator waits for something that never comes")

    def _at(self, event: Event) -> datetime:
        return self.started + timedelta(seconds=event.seconds)

    def _happen(self, event: Event) -> None:
        """Somebody who waits gets the event; if nobody does, it is kept for who comes."""
        for later in self._open():
            if later.event == event.name:
                later.come(event.payload)
                return
        self._kept.append(event)

    @property
    def _kept(self) -> list[Event]:
        return self.__dict__.setdefault("_kept_events", [])

    def _open(self) -> list[_Later]:
        return [later for later in self._tasks if not later.is_complete]

    def _later(self, later: _Later) -> _Later:
        while self.events and self._at(self.events[0]) <= self.now:  # nobody has waited meanwhile
            self._happen(self.events.pop(0))
        self._tasks.append(later)
        for event in self._kept:
            if event.name == later.event:
                self._kept.remove(event)
                later.come(event.payload)
                break
        return later

    def _answer(self, name: str, given: Any) -> task.Task:
        self.calls.append((name, given))
        answer = self.answers.get(name, {})
        if isinstance(answer, list):
            answer = answer.pop(0)
        if callable(answer):
            answer = answer(given)
        if isinstance(answer, After):
            due = self.now + timedelta(seconds=answer.seconds)
            return self._later(_Later(due, answer.answer))
        done = _Later(None)
        done.come(answer)
        return done


def run(orchestrator: Callable[..., Generator], ctx: FakeContext, order: dict[str, Any]) -> Any:
    """The orchestrator's output."""
    story = orchestrator(ctx, order)
    try:
        awaited = next(story)
        while True:
            ctx.wait_for(awaited)
            try:
                result = awaited.get_result()
            except task.TaskFailedError as error:
                awaited = story.throw(error)
            else:
                awaited = story.send(result)
    except StopIteration as end:
        return end.value
