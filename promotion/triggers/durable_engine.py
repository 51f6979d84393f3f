"""The API's engine, by the durable client that the host binds."""

import asyncio
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import azure.durable_functions as df
from durabletask.client import OrchestrationQuery, OrchestrationState, OrchestrationStatus
from durabletask.entities import EntityInstanceId
from durabletask.history import HistoryEvent, TaskCompletedEvent, TaskScheduledEvent

from promotion.api.engine import Done, Instance

_logger = logging.getLogger("promotion")

_RUNNING: Final = [
    OrchestrationStatus.PENDING,
    OrchestrationStatus.RUNNING,
    OrchestrationStatus.SUSPENDED,
    OrchestrationStatus.CONTINUED_AS_NEW,
]


class DurableEngine:
    """Starts orchestrations, looks at them and tells them something."""

    def __init__(self, client: df.DurableFunctionsClient) -> None:
        self._client = client

    async def find(self, instance_id: str) -> Instance | None:
        """The orchestration with its input and output; None when there is none."""
        state = await self._client.get_orchestration_state(instance_id)
        return _instance(state, whole=True) if state is not None else None

    async def since(self, moment: datetime) -> Sequence[Instance]:
        """All that began then or later, without input and output."""
        begun = moment.astimezone(UTC).replace(tzinfo=None)
        return await self._found(OrchestrationQuery(created_time_from=begun))

    async def running(self) -> Sequence[Instance]:
        """All that have not ended, whenever they began, without input and output."""
        return await self._found(OrchestrationQuery(runtime_status=_RUNNING))

    async def _found(self, query: OrchestrationQuery) -> Sequence[Instance]:
        states = await self._client.get_all_orchestration_states(query)
        # In a thread: there may be thousands, and other requests wait for this loop.
        return await asyncio.to_thread(lambda: [_instance(state) for state in states])

    async def start(self, orchestrator: str, instance_id: str, order: dict[str, Any]) -> bool:
        """Whether this call started it: False when an orchestration of that id runs."""
        import grpc

        try:
            await self._client.schedule_new_orchestration(
                orchestrator, input=order, instance_id=instance_id
            )
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.ALREADY_EXISTS:
                return False
            raise
        return True

    async def tell(self, instance_id: str, event: str, told: dict[str, Any]) -> bool:
        """Raise an event; False when that orchestration does not run any more."""
        import grpc

        try:
            await self._client.raise_orchestration_event(instance_id, event, data=told)
        except grpc.aio.AioRpcError as error:
            if error.code() in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION):
                return False
            raise
        return True

    async def kept(self, entity: str, name: str) -> dict[str, Any]:
        """What that entity keeps; nothing when there is none."""
        found = await self._client.get_entity(EntityInstanceId(entity, name))
        state = found.get_typed_state() if found is not None else None
        if state is not None and not isinstance(state, dict):
            raise TypeError(f"the entity {entity} {name} keeps what cannot be read")
        return state or {}

    async def history(self, instance_id: str) -> Sequence[Done]:
        """What that orchestration has had done; nothing when it is not there or cannot be told."""
        import grpc

        try:
            events = await self._client.get_orchestration_history(instance_id)
        except grpc.aio.AioRpcError as error:
            # An older host has no histories to give; the promotion itself can be shown.
            if error.code() is not grpc.StatusCode.NOT_FOUND:
                _logger.warning("no history of %s: %s", instance_id, error.code().name)
            return ()
        return await asyncio.to_thread(lambda: list(done_of(events)))


def done_of(events: Iterable[HistoryEvent]) -> Iterator[Done]:
    """The activities in a history that were done; attempts that broke were tried again."""
    scheduled: dict[int, TaskScheduledEvent] = {}
    for event in events:
        if isinstance(event, TaskScheduledEvent):
            scheduled[event.event_id] = event
        elif isinstance(event, TaskCompletedEvent):
            began = scheduled.get(event.task_scheduled_id)
            if began is not None:
                at = event.timestamp
                yield Done(
                    at=at if at.tzinfo else at.replace(tzinfo=UTC),
                    activity=began.name,
                    receipt=_object(event.result) or {},
                    order=_object(began.input),
                )


def _object(text: str | None) -> dict[str, Any] | None:
    try:
        value = json.loads(text) if text else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _instance(state: OrchestrationState, *, whole: bool = False) -> Instance:
    shown = state.get_custom_status()
    return Instance(
        id=state.instance_id,
        name=state.name,
        runtime=state.runtime_status.name.lower(),
        created=state.created_at.replace(tzinfo=UTC),
        updated=state.last_updated_at.replace(tzinfo=UTC),
        shown=shown if isinstance(shown, dict) else {},
        input=state.get_input() if whole else None,
        output=state.get_output() if whole else None,
    )
