"""Entity messages in an orchestration's history, in the form that Azure sends them.

Azure's extension keeps histories in the old protocol: whatever goes to an entity is an EventSent,
whatever comes back an EventRaised named after the request. The Python SDK has a branch for it
(`_handle_entity_event_raised`), which is the one that runs in production; so we send the same.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain

import durabletask.internal.orchestrator_service_pb2 as pb

_ENTITY_EVENTS = frozenset(
    (
        "entityOperationCalled",
        "entityOperationSignaled",
        "entityLockRequested",
        "entityUnlockSent",
        "entityOperationCompleted",
        "entityOperationFailed",
        "entityLockGranted",
    )
)


def as_azure_sends(request: pb.OrchestratorRequest) -> pb.OrchestratorRequest:
    events = chain(request.pastEvents, request.newEvents)
    if not any(event.WhichOneof("eventType") in _ENTITY_EVENTS for event in events):
        return request  # most histories: spare them the copy
    return pb.OrchestratorRequest(
        instanceId=request.instanceId,
        pastEvents=_translate(request.pastEvents),
        newEvents=_translate(request.newEvents),
    )


def _translate(events: Iterable[pb.HistoryEvent]) -> Iterator[pb.HistoryEvent]:
    for event in events:
        body = _sent(event) or _raised(event)
        if body is None:
            yield event
        else:
            yield pb.HistoryEvent(eventId=event.eventId, timestamp=event.timestamp, **body)


def _sent(event: pb.HistoryEvent) -> dict[str, pb.EventSentEvent] | None:
    match event.WhichOneof("eventType"):
        case "entityOperationCalled":
            called = event.entityOperationCalled
            target, message_id = called.targetInstanceId.value, called.requestId
        case "entityOperationSignaled":
            signal = event.entityOperationSignaled
            target, message_id = signal.targetInstanceId.value, signal.requestId
        case "entityLockRequested":
            lock = event.entityLockRequested
            target, message_id = lock.lockSet[lock.position], lock.criticalSectionId
        case "entityUnlockSent":
            unlock = event.entityUnlockSent
            target, message_id = unlock.targetInstanceId.value, unlock.criticalSectionId
        case _:
            return None
    text = json.dumps({"id": message_id})
    return {"eventSent": pb.EventSentEvent(instanceId=target, name="op", input={"value": text})}


def _raised(event: pb.HistoryEvent) -> dict[str, pb.EventRaisedEvent] | None:
    match event.WhichOneof("eventType"):
        case "entityOperationCompleted":
            done = event.entityOperationCompleted
            name, response = done.requestId, {"result": done.output.value or None}
        case "entityOperationFailed":
            failed = event.entityOperationFailed
            name, response = failed.requestId, _failure(failed.failureDetails)
        case "entityLockGranted":
            granted = event.entityLockGranted
            name, response = granted.criticalSectionId, {"result": "Lock Acquisition Completed"}
        case _:
            return None
    text = json.dumps(response)
    return {"eventRaised": pb.EventRaisedEvent(name=name, input={"value": text})}


def _failure(details: pb.TaskFailureDetails) -> dict[str, object]:
    return {
        "result": json.dumps(details.errorMessage),
        "exceptionType": details.errorType,
        "failureDetails": {"ErrorType": details.errorType, "ErrorMessage": details.errorMessage},
    }
