"""What the mended backend remembers of an orchestration beside what the stock one does."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import durabletask.internal.orchestrator_service_pb2 as pb
import grpc
from durabletask.testing.in_memory_backend import (
    ActivityWorkItem,
    OrchestrationInstance,
)

from local.host.backend.loop import Alarm


@dataclass(frozen=True)
class Options:
    """What host.json decides."""

    replace_running: bool = False
    """overridableExistingInstanceStates is AnyState."""
    default_version: str | None = None
    terminate_children: bool = True
    """Honour a termination's `recursive`. Azure's extension does not: see children.py."""


@dataclass(frozen=True)
class Parent:
    """The sub-orchestration call that waits for an instance."""

    instance_id: str
    execution_id: str
    task_id: int


@dataclass
class Run(OrchestrationInstance):
    """One orchestration instance.

    `execution_id` changes with every continue-as-new. What was asked for by one execution (an
    activity, a timer, a sub-orchestration) is not delivered to the next one, whose task ids start
    again at 1. DTFx drops such messages by the same id; the stock backend delivers them.
    """

    execution_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    parent: Parent | None = None
    children: set[str] = field(default_factory=set)
    alarms: set[Alarm] = field(default_factory=set)
    not_before: datetime | None = None
    terminate_children: bool = False


@dataclass
class Activity(ActivityWorkItem):
    """An activity that was handed out or waits to be; `completion_token` is its own."""

    execution_id: str = ""


@dataclass
class Watcher:
    """Somebody who waits for an instance to reach a state."""

    wanted: Callable[[OrchestrationInstance], bool]
    tell: Callable[[], None]


class Refused(Exception):
    """A request that the backend turns down, with the gRPC status that the client sees."""

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        super().__init__(f"{code.name}: {details}")
        self.code = code
        self.details = details


class Call:
    """The servicer context of a direct call: no deadline, never cancelled, abort() raises."""

    def is_active(self) -> bool:
        return True

    def time_remaining(self) -> float | None:
        return None

    def abort(self, code: grpc.StatusCode, details: str) -> None:
        raise Refused(code, details)


TERMINAL = frozenset(
    (
        pb.ORCHESTRATION_STATUS_COMPLETED,
        pb.ORCHESTRATION_STATUS_FAILED,
        pb.ORCHESTRATION_STATUS_TERMINATED,
    )
)
