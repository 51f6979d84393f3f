"""A small durable engine: many orchestrations at once, on a clock that only the test moves.

It does what durabletask's worker and its backend do together, as far as the orchestrators need:

- an orchestrator is resumed by one message at a time; what it asks for leaves at the end of its
  turn, and arrives after a delay, first in first out between the same two;
- events that come early are kept, events to whom has ended, or never began, are lost;
- activities are carried out at least once;
- an entity does one thing at a time, and nothing for others while somebody has locked it;
- every orchestration can be replayed from its history, and must then ask for the same again.
"""

import heapq
import json
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, cycle
from typing import Any

from durabletask import task
from durabletask.entities import EntityInstanceId, EntityLock
from durabletask.internal.helpers import new_failure_details

LEASE = timedelta(minutes=1)
"""After what time an activity of which nothing is heard is carried out again."""
START = datetime(2026, 3, 2, 12)  # noqa: DTZ001  # a Monday; durabletask gives UTC without a zone

type Orchestrator = Callable[[Any, Any], Generator[task.Task[Any], Any, Any]]


class Trouble(Exception):
    """What an activity raises to be tried again; anything else that it raises ends the test."""


class ReplayDiffers(AssertionError):
    """An orchestrator did something else when it was replayed."""


@dataclass(frozen=True)
class Call:
    """What an orchestrator asks the engine for."""

    kind: str
    name: str
    given: Any
    number: int


@dataclass(frozen=True)
class Message:
    """What makes an orchestrator go on, as its history keeps it."""

    at: datetime
    kind: str
    """start, event, done or failed."""
    about: Any
    """The name of the event, or the number of the call."""
    told: Any = None


def as_json(value: Any) -> Any:
    """A copy by way of JSON, which is how everything travels."""
    return json.loads(json.dumps(value, allow_nan=False))


class Context:
    """What an orchestrator sees of the engine."""

    def __init__(self, instance_id: str, now: datetime) -> None:
        self.instance_id = instance_id
        self.current_utc_datetime = now
        self.calls: list[Call] = []
        self.shown: list[dict[str, Any]] = []
        """Every custom status that it had."""
        self.open: dict[int, task.CompletableTask[Any]] = {}
        self._locked: EntityInstanceId | None = None
        self._awaited: dict[str, list[task.CancellableTask[Any]]] = defaultdict(list)
        self._kept: dict[str, list[Any]] = defaultdict(list)

    def set_custom_status(self, shown: dict[str, Any]) -> None:
        self.shown.append(as_json(shown))

    def call_activity(self, name: str, *, input: Any) -> task.Task[Any]:
        return self._ask("activity", name, {"order": input})

    def call_sub_orchestrator(self, name: str, *, input: Any, instance_id: str) -> task.Task[Any]:
        assert self._locked is None, "While holding locks, cannot call suborchestrators."
        return self._ask("sub", name, {"id": instance_id, "input": as_json(input)})

    def call_entity(self, entity: Any, operation: str, input: Any = None) -> task.Task[Any]:
        assert self._locked in (None, entity), "Must not call an entity that is not locked."
        return self._ask("call", str(entity), {"operation": operation, "input": as_json(input)})

    def signal_entity(self, entity: Any, operation: str, input: Any = None) -> None:
        assert self._locked != entity, "Must not signal a locked entity."
        self._ask("signal", str(entity), {"operation": operation, "input": as_json(input)})

    def send_event(self, instance_id: str, event_name: str, *, data: Any = None) -> None:
        self._ask("send", instance_id, {"event": event_name, "data": as_json(data)})

    def create_timer(self, until: timedelta | datetime) -> task.CancellableTask[None]:
        at = self.current_utc_datetime + until if isinstance(until, timedelta) else until
        assert at.tzinfo is None, "the engine's clock has no zone"
        timer = task.CancellableTask()
        number = self._note("timer", at.isoformat(), None, timer)
        timer.set_cancel_handler(lambda: self.open.pop(number, None))
        return timer

    def wait_for_external_event(self, name: str) -> task.CancellableTask[Any]:
        waiting = task.CancellableTask()
        if kept := self._kept[name.casefold()]:
            waiting.complete(kept.pop(0))
        else:
            self._awaited[name.casefold()].append(waiting)
        return waiting

    def lock_entities(self, entities: list[EntityInstanceId]) -> task.Task[Any]:
        assert self._locked is None, "Must not enter another critical section."
        (self._locked,) = entities
        return self._ask("lock", str(self._locked), None)

    def _exit_critical_section(self) -> None:
        if self._locked is not None:
            self._ask("unlock", str(self._locked), None)
            self._locked = None

    def hear(self, message: Message) -> None:
        """Complete what the message is about; an event that nobody waits for is kept."""
        self.current_utc_datetime = message.at
        if message.kind == "event":
            name = message.about.casefold()
            if self._awaited[name]:
                self._awaited[name].pop(0).complete(message.told)
            else:
                self._kept[name].append(message.told)
        elif (pending := self.open.pop(message.about, None)) is None:
            return  # a timer that was cancelled
        elif message.kind == "failed":
            pending.fail(str(message.told), new_failure_details(Exception(message.told)))
        else:
            pending.complete(EntityLock(self) if message.told == "granted" else message.told)

    def _ask(self, kind: str, name: str, given: Any) -> task.Task[Any]:
        done = task.CompletableTask()
        self._note(kind, name, given, done)
        return done

    def _note(self, kind: str, name: str, given: Any, done: task.CompletableTask[Any]) -> int:
        number = len(self.calls)
        self.calls.append(Call(kind, name, given, number))
        self.open[number] = done
        return number


class Instance:
    """One orchestration, with its history."""

    def __init__(self, name: str, id: str, orchestrator: Orchestrator) -> None:
        self.name = name
        self.id = id
        self.history: list[Message] = []
        self.input: Any = None
        self.output: Any = None
        self.error: Exception | None = None
        self.ended: datetime | None = None
        self.parent: tuple[str, int] | None = None
        self.early: list[tuple[str, Any]] = []
        """Events that came before it began."""
        self.dispatched = 0
        """How many of its calls have left."""
        self._orchestrator = orchestrator
        self._story: Generator[task.Task[Any], Any, Any] | None = None
        self._waits: task.Task[Any] | None = None

    def take(self, message: Message) -> None:
        """One turn."""
        self.history.append(message)
        try:
            if message.kind == "start":
                self._start(message)
            else:
                self.context.hear(message)
            while self._story and self._waits and self._waits.is_complete:
                self._waits = self._resume(self._story, self._waits)
        except StopIteration as end:
            self.output, self.ended = as_json(end.value), message.at
        except AssertionError:
            raise
        except Exception as error:  # as the engine has it: the orchestration has failed
            self.error, self.ended = error, message.at
        if self.ended:
            self.context._exit_critical_section()

    @staticmethod
    def _resume(
        story: Generator[task.Task[Any], Any, Any], waits: task.Task[Any]
    ) -> task.Task[Any]:
        if waits.is_failed:
            return story.throw(waits.get_exception())
        return story.send(waits.get_result())

    def _start(self, message: Message) -> None:
        self.context = Context(self.id, message.at)
        self.input = message.told
        self._story = self._orchestrator(self.context, as_json(message.told))
        self._waits = next(self._story)

    @property
    def status(self) -> dict[str, Any]:
        """Its custom status."""
        return self.context.shown[-1] if self.context.shown else {}

    def replay(self) -> None:
        """From the history alone; raises ReplayDiffers when anything comes out differently."""
        twin = Instance(self.name, self.id, self._orchestrator)
        for message in self.history:
            twin.take(message)
        mine, its = self.context, twin.context
        for first, second in zip(mine.calls, its.calls, strict=False):
            if first != second:
                raise ReplayDiffers(f"{self.id}: {first} was {second} in the replay")
        if (len(mine.calls), mine.shown, self.output) != (len(its.calls), its.shown, twin.output):
            raise ReplayDiffers(f"{self.id} ended otherwise in the replay")


@dataclass
class Entity:
    """An entity: its state, who has locked it, and what it has yet to do."""

    state: Any = None
    holder: str | None = None
    todo: list[tuple[Instance | None, Call]] = field(default_factory=list)


class _Operation:
    """What an entity's function sees."""

    def __init__(self, entity: Entity, operation: str) -> None:
        self.operation = operation
        self._entity = entity

    def get_state(self, kind: type, default: Any) -> Any:
        return default if self._entity.state is None else as_json(self._entity.state)

    def set_state(self, state: Any) -> None:
        self._entity.state = as_json(state)


class Observer:
    """Is told what happens, for a test that wants to judge it."""

    def ended(self, instance: Instance) -> None:
        """An orchestration has ended."""

    def granted(self, entity: str, instance: Instance) -> None:
        """An orchestration has got the lock of an entity."""

    def operated(self, entity: str, operation: str) -> None:
        """An entity has done something."""


@dataclass
class Engine:
    """Runs orchestrations; ``pass_time`` is the only thing that lets anything happen."""

    orchestrators: dict[str, Orchestrator]
    entities: dict[str, Callable[[Any, Any], Any]]
    activity: Callable[[str, Any, str], Any]
    """Carries out an activity: its name, its order, who asks."""
    delays: Sequence[float] = (0,)
    """Seconds until a message arrives, one after the other, and again."""
    twice: Callable[[str], bool] = lambda name: False
    """Whether an activity is carried out twice this time, because the first reply was lost."""
    replays: bool = False
    """Replay every orchestration after each of its turns, instead of when the test asks."""
    observer: Observer = field(default_factory=Observer)
    now: datetime = START
    instances: dict[str, Instance] = field(default_factory=dict)
    states: dict[str, Entity] = field(default_factory=lambda: defaultdict(Entity))
    lost: list[tuple[str, str]] = field(default_factory=list)
    """Events that nobody was there to hear: instance, name."""

    def __post_init__(self) -> None:
        self._delays = cycle(self.delays or (0,))
        self._numbers = count()
        self._queue: list[tuple[datetime, int, Callable[[], None]]] = []
        self._last: dict[tuple[str, str], datetime] = {}

    def start(self, name: str, input: Any, id: str) -> Instance:
        """Somebody starts an orchestration."""
        assert id not in self.instances, f"{id} exists"
        instance = self.instances[id] = Instance(name, id, self.orchestrators[name])
        self._tell("", instance, "start", None, as_json(input))
        return instance

    def raise_event(self, id: str, name: str, told: Any = None) -> None:
        """Somebody outside tells an orchestration something."""
        self._later("", id, lambda: self._hear(id, name, as_json(told)))

    def pass_time(self, span: timedelta | float) -> None:
        """Let everything happen until then."""
        until = self.now + (span if isinstance(span, timedelta) else timedelta(seconds=span))
        while self._queue and self._queue[0][0] <= until:
            self.step()
        self.now = until

    def step(self) -> bool:
        """Let the next thing happen; False when nothing is left to."""
        if not self._queue:
            return False
        at, _, happen = heapq.heappop(self._queue)
        self.now = max(self.now, at)
        happen()
        return True

    @property
    def running(self) -> list[Instance]:
        """Orchestrations that have not ended."""
        return [one for one in self.instances.values() if one.ended is None]

    def replay(self) -> None:
        """Every orchestration from its history."""
        for instance in self.instances.values():
            if instance.history:
                instance.replay()

    # -- messages

    def _later(self, sender: str, receiver: str, happen: Callable[[], None]) -> None:
        """After a delay, and after whatever the same sender has sent to the same receiver."""
        at = self.now + timedelta(seconds=next(self._delays))
        at = max(at, self._last.get((sender, receiver), at))
        self._last[sender, receiver] = at
        self._at(at, happen)

    def _at(self, at: datetime, happen: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (at, next(self._numbers), happen))

    def _tell(self, sender: str, to: Instance, kind: str, about: Any, told: Any = None) -> None:
        self._later(sender, to.id, lambda: self._turn(to, kind, about, told))

    def _hear(self, id: str, name: str, told: Any) -> None:
        instance = self.instances.get(id)
        if instance is None or instance.ended:
            self.lost.append((id, name))
        elif not instance.history:  # its start came first, and is still under way
            instance.early.append((name, told))
        else:
            self._turn(instance, "event", name, told)

    def _turn(self, instance: Instance, kind: str, about: Any, told: Any) -> None:
        if instance.ended or (kind != "event" and not self._awaits(instance, kind, about)):
            return
        instance.take(Message(self.now, kind, about, told))
        if self.replays:
            instance.replay()
        calls = instance.context.calls[instance.dispatched :]
        instance.dispatched += len(calls)
        for call in calls:
            self._dispatch(instance, call)
        if instance.ended:
            self._end(instance)
        elif instance.early:
            self._turn(instance, "event", *instance.early.pop(0))

    @staticmethod
    def _awaits(instance: Instance, kind: str, about: Any) -> bool:
        return kind == "start" or about in instance.context.open

    def _end(self, instance: Instance) -> None:
        self.observer.ended(instance)
        if instance.parent is None:
            return
        id, number = instance.parent
        kind = "failed" if instance.error else "done"
        told = str(instance.error) if instance.error else instance.output
        self._tell(instance.id, self.instances[id], kind, number, told)

    def _dispatch(self, instance: Instance, call: Call) -> None:
        match call.kind:
            case "activity":
                self._later(instance.id, "", lambda: self._carry_out(instance, call))
            case "timer" if call.number in instance.context.open:  # else it is cancelled already
                at = max(datetime.fromisoformat(call.name), self.now)
                self._at(at, lambda: self._turn(instance, "done", call.number, None))
            case "sub":
                child = self.start(call.name, call.given["input"], call.given["id"])
                child.parent = instance.id, call.number
            case "send":
                event, data = call.given["event"], call.given["data"]
                self._later(instance.id, call.name, lambda: self._hear(call.name, event, data))
            case "call" | "signal" | "lock" | "unlock":
                self._later(instance.id, call.name, lambda: self._reach(call.name, instance, call))

    # -- activities

    def _carry_out(self, instance: Instance, call: Call, *, again: bool = True) -> None:
        lost = again and self.twice(call.name)
        try:
            reply = as_json(self.activity(call.name, as_json(call.given["order"]), instance.id))
        except Trouble as trouble:
            self._tell("", instance, "failed", call.number, str(trouble))
            return
        if lost:  # whoever carried it out has died before it could say so
            at = self.now + LEASE
            self._at(at, lambda: self._carry_out(instance, call, again=False))
        else:
            self._tell("", instance, "done", call.number, reply)

    # -- entities

    def _reach(self, name: str, instance: Instance, call: Call) -> None:
        entity = self.states[name]
        if call.kind == "unlock":
            assert entity.holder == instance.id, f"{instance.id} does not hold {name}"
            entity.holder = None
        elif entity.holder == instance.id:  # it need not queue up behind those who wait for it
            self._operate(name, entity, instance, call)
        else:
            entity.todo.append((instance, call))
        while entity.todo and entity.holder in (None, entity.todo[0][0].id):
            self._operate(name, entity, *entity.todo.pop(0))

    def _operate(self, name: str, entity: Entity, instance: Instance, call: Call) -> None:
        if call.kind == "lock":
            entity.holder = instance.id
            self.observer.granted(name, instance)
            self._tell(name, instance, "done", call.number, "granted")
            return
        function = self.entities[EntityInstanceId.parse(name).entity]
        operation = call.given["operation"]
        answer = as_json(function(_Operation(entity, operation), call.given["input"]))
        self.observer.operated(name, operation)
        if call.kind == "call":
            self._tell(name, instance, "done", call.number, answer)


def held(engine: Engine) -> Iterable[str]:
    """Entities that somebody has locked."""
    return (name for name, entity in engine.states.items() if entity.holder)
