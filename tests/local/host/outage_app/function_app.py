"""An app that notes what it does in files, so that the notes outlive it.

Where a file says "stop here" it waits until that file is gone: a test kills it there.
"""

import os
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df
from durabletask import entities, task

app = df.DFApp()
DIRECTORY = Path(os.environ["OUTAGE_DIRECTORY"])
PAUSE = threading.Event()


def note(fact: str) -> None:
    """Something has taken effect that cannot be undone."""
    with (DIRECTORY / "facts").open("a") as file:
        file.write(f"{fact}\n")


def pass_gate(name: str) -> None:
    """Wait here, for 20 s at most, as long as the test says so."""
    if (DIRECTORY / f"stop-{name}").exists():
        (DIRECTORY / f"at-{name}").touch()
        for _ in range(2000):
            if not (DIRECTORY / f"stop-{name}").exists():
                return
            PAUSE.wait(0.01)


@app.activity_trigger(input_name="name")
def fact(name: str) -> str:
    pass_gate(f"before-{name}")
    note(name)
    pass_gate(f"after-{name}")
    return name


@app.entity_trigger(context_name="context")
class Counter(entities.DurableEntity):
    def add(self, number: int) -> int:
        total = self.get_state(int, 0) + number
        note("add")
        pass_gate("after-add")
        self.set_state(total)
        return total


@app.orchestration_trigger(context_name="context")
def child(ctx: task.OrchestrationContext, name: Any):
    return (yield ctx.call_activity("fact", input=name))


@app.orchestration_trigger(context_name="context")
def flow(ctx: task.OrchestrationContext, key: Any):
    """One of everything that an outage may meet."""
    counter = entities.EntityInstanceId("Counter", key)
    done = [(yield ctx.call_activity("fact", input="first"))]
    if not ctx.is_replaying:
        pass_gate("turn")
    yield ctx.create_timer(timedelta(milliseconds=20))
    done.append((yield ctx.call_sub_orchestrator("child", input="child")))
    with (yield ctx.lock_entities([counter])):
        done.append((yield ctx.call_entity(counter, "add", 1)))
        done.append((yield ctx.call_activity("fact", input="locked")))
    ctx.set_custom_status("waiting")
    done.append((yield ctx.wait_for_external_event("go")))
    done.append((yield ctx.call_activity("fact", input="last")))
    return done


@app.orchestration_trigger(context_name="context")
def holds_lock(ctx: task.OrchestrationContext, key: Any):
    counter = entities.EntityInstanceId("Counter", key)
    with (yield ctx.lock_entities([counter])):
        ctx.set_custom_status("locked")
        yield ctx.wait_for_external_event("go")
        yield ctx.call_entity(counter, "add", 1)
        yield ctx.call_activity("fact", input=f"by {ctx.instance_id}")


@app.orchestration_trigger(context_name="context")
def sleeps(ctx: task.OrchestrationContext, seconds: Any):
    """Whether its clock goes on: a timer never goes off before its time."""
    due = ctx.current_utc_datetime + timedelta(seconds=seconds)
    ctx.set_custom_status("waiting")
    yield ctx.create_timer(due)
    return ctx.current_utc_datetime >= due


@app.orchestration_trigger(context_name="context")
def collects(ctx: task.OrchestrationContext, count: Any):
    ctx.set_custom_status("waiting")
    found = []
    for _ in range(count):
        found.append((yield ctx.wait_for_external_event("item")))
    return found


@app.orchestration_trigger(context_name="context")
def fans_out(ctx: task.OrchestrationContext, names: Any):
    return (yield task.when_all([ctx.call_activity("fact", input=name) for name in names]))
