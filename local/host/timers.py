"""Timer triggers."""

import asyncio
import json
import logging
import os
import re
from datetime import UTC, datetime

from local.host import ncrontab
from local.host.durable import DurableFunctions
from local.host.errors import HostError, InvocationError
from local.host.messages import TypedData
from local.host.worker import Function, Worker

log = logging.getLogger(__name__)

_NEVER = datetime.min.replace(tzinfo=UTC)
PAST_DUE_SECONDS = 1.0
"""A run that starts later than this after its time is past due."""


class TimerTriggers:
    """Runs each timer function at its times; a function never overlaps itself.

    On Azure "past due" is judged from the last run, stored in a blob. Nothing is stored here, so
    a run is past due when this process itself was late, because the machine slept for example.
    """

    def __init__(self, worker: Worker, durable: DurableFunctions) -> None:
        self._worker, self._durable = worker, durable
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._keep(f)) for f in self._worker.of("timerTrigger")]

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _keep(self, function: Function) -> None:
        schedule = schedule_of(function)
        last: datetime | None = None
        if function.trigger.get("runOnStartup"):
            last = datetime.now(UTC)
            await self.run(function, last=None, past_due=False)
        while True:
            due = schedule.next_after(datetime.now(UTC))
            await _sleep_until(due)
            late = (datetime.now(UTC) - due).total_seconds() > PAST_DUE_SECONDS
            await self.run(function, last=last, past_due=late)
            last = due

    async def run(
        self, function: Function, *, last: datetime | None = None, past_due: bool = False
    ) -> None:
        """Run a timer function once, now. A failure is logged: nobody waits for it."""
        schedule = schedule_of(function)
        now = datetime.now(UTC)
        request = {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": {
                "Last": (last or _NEVER).isoformat(),
                "LastUpdated": (last or _NEVER).isoformat(),
                "Next": schedule.next_after(now).isoformat(),
            },
            "IsPastDue": past_due,
        }
        extra = self._durable.client_bindings(function)
        try:
            await self._worker.invoke(function, TypedData(json=json.dumps(request)), extra)
        except InvocationError as error:
            log.error("Executed 'Functions.%s' (Failed)\n%s", function.name, error.stack_trace)


def schedule_of(function: Function) -> ncrontab.Cron | ncrontab.Interval:
    """The function's schedule, with %SETTING% resolved. Raises HostError if it is none."""
    text = str(function.trigger.get("schedule", ""))
    try:
        return ncrontab.parse(re.sub(r"%([^%]+)%", _setting, text))
    except ValueError as error:
        raise HostError(f"function '{function.name}': schedule '{text}': {error}") from error


def _setting(found: re.Match[str]) -> str:
    value: str | None = os.environ.get(found[1])
    if value is None:
        raise ValueError(f"the setting {found[1]} is missing")
    return value


async def _sleep_until(due: datetime) -> None:
    while (rest := (due - datetime.now(UTC)).total_seconds()) > 0:
        # In steps, because a machine that sleeps stops the loop's clock but not the calendar.
        await asyncio.sleep(min(rest, 60.0))
