"""History events, where durabletask's own helpers leave something out."""

from typing import cast

import durabletask.internal.orchestrator_service_pb2 as pb
from durabletask.internal import helpers

from local.host.backend.model import Run


def stamp(events: list[pb.HistoryEvent]) -> None:
    """Date the undated events at the end of a history."""
    for event in reversed(events):
        if event.timestamp.seconds:
            break
        event.timestamp.GetCurrentTime()


def execution_started(run: Run) -> pb.HistoryEvent:
    event = helpers.new_execution_started_event(
        run.name, run.instance_id, run.input, run.tags, version=run.version
    )
    started = event.executionStarted
    started.orchestrationInstance.executionId.value = run.execution_id
    if run.parent is not None:
        started.parentInstance.taskScheduledId = run.parent.task_id
        started.parentInstance.orchestrationInstance.instanceId = run.parent.instance_id
    return event


def packed(history: list[pb.HistoryEvent]) -> list[pb.HistoryEvent]:
    """The same history in one piece of memory, as a repeated field: it takes half of the room.

    An event by itself keeps a kilobyte that it does not use, because protobuf hands out memory in
    blocks. A history lives until it is purged, and waiting orchestrations are many.
    """
    return cast("list[pb.HistoryEvent]", pb.HistoryChunk(events=history).events)
