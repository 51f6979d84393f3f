"""A small app that uses what the host has to offer; the tests read and poke its globals."""

import json
import os
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import azure.functions as func
from durables import blueprint
from durabletask import entities, task

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
app.register_functions(blueprint)

EVENTS: list[dict[str, Any]] = []
TIMERS: list[bool] = []
RUNNING: Counter[str] = Counter()
MOST: Counter[str] = Counter()
FAILURES: Counter[str] = Counter()
GATE = threading.Event()


# -- HTTP


@app.route(route="hello/{name?}")
def hello(req: func.HttpRequest) -> func.HttpResponse:
    facts = {
        "method": req.method,
        "route": dict(req.route_params),
        "query": dict(req.params),
        "body": req.get_body().decode(),
        "setting": os.environ["HOST_TEST_SETTING"],
    }
    return func.HttpResponse(json.dumps(facts), mimetype="application/json")


@app.route(route="items/{id:int}", methods=["GET"])
def item(req: func.HttpRequest) -> str:
    return f"item {req.route_params['id']}"


@app.route(route="items/{name}", methods=["GET"])
def named_item(req: func.HttpRequest) -> str:
    return f"named {req.route_params['name']}"


@app.route(route="items/special", methods=["GET"])
def special_item(req: func.HttpRequest) -> str:
    return "special"


@app.route(route="files/{*path}", methods=["GET"])
def files(req: func.HttpRequest) -> str:
    return str(req.route_params.get("path"))


@app.route(route="with-key", auth_level=func.AuthLevel.FUNCTION)
def with_key(req: func.HttpRequest) -> str:
    return "opened"


@app.route(route="with-master-key", auth_level=func.AuthLevel.ADMIN)
def with_master_key(req: func.HttpRequest) -> str:
    return "opened"


@app.route(route="broken")
def broken(req: func.HttpRequest) -> str:
    raise ValueError("a secret of the app")


@app.route(route="cookie")
def cookie(req: func.HttpRequest) -> func.HttpResponse:
    headers = {"Set-Cookie": "colour=blue; Path=/; HttpOnly", "X-Own": "yes"}
    return func.HttpResponse("baked", status_code=201, headers=headers)


@app.route(route="starts/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableFunctionsClient) -> func.HttpResponse:
    name = req.route_params["name"]
    instance = await client.schedule_new_orchestration(name, input=req.get_json())
    return client.create_check_status_response(req, instance)


# -- Event Grid and timers


@app.event_grid_trigger(arg_name="event")
def on_event(event: str) -> None:
    content = json.loads(event)
    EVENTS.append(content)
    if content.get("data", {}).get("fail"):
        raise RuntimeError("a secret of the app")


@app.timer_trigger(schedule="%HOST_TEST_SCHEDULE%", arg_name="timer", run_on_startup=True)
def yearly(timer: func.TimerRequest) -> None:
    TIMERS.append(timer.past_due)


@app.timer_trigger(schedule="* * * * * *", arg_name="timer")
def every_second(timer: func.TimerRequest) -> None:
    TIMERS.append(timer.past_due)


# -- activities


@app.activity_trigger(input_name="n")
def double(n: int) -> int:
    return 2 * n


@app.activity_trigger(input_name="key")
def fails_twice(key: str) -> str:
    FAILURES[key] += 1
    if FAILURES[key] <= 2:
        raise ConnectionError(f"attempt {FAILURES[key]}")
    return f"attempt {FAILURES[key]}"


@app.activity_trigger(input_name="n")
def silent_failure(n: int) -> None:
    raise ValueError


@app.activity_trigger(input_name="place")
def occupy(place: str) -> None:
    """Count how many are here at once, until the gate is open."""
    RUNNING[place] += 1
    MOST[place] = max(MOST[place], RUNNING[place])
    GATE.wait(10)
    RUNNING[place] -= 1


# -- orchestrators


@app.orchestration_trigger(context_name="context")
def six_activities(ctx: task.OrchestrationContext, n: Any):
    for _ in range(6):
        n = yield ctx.call_activity("double", input=n)
    return n


@app.orchestration_trigger(context_name="context")
def wait_for_go(ctx: task.OrchestrationContext, _: Any):
    ctx.set_custom_status("waiting")
    return (yield ctx.wait_for_external_event("go"))


@app.orchestration_trigger(context_name="context")
def go_or_timeout(ctx: task.OrchestrationContext, seconds: Any):
    go = ctx.wait_for_external_event("go")
    timeout = ctx.create_timer(timedelta(seconds=seconds))
    winner = yield task.when_any([go, timeout])
    return "timeout" if winner is timeout else go.get_result()


@app.orchestration_trigger(context_name="context")
def with_retries(ctx: task.OrchestrationContext, attempts: Any):
    policy = task.RetryPolicy(
        first_retry_interval=timedelta(milliseconds=10), max_number_of_attempts=attempts
    )
    return (yield ctx.call_activity("fails_twice", input=ctx.instance_id, retry_policy=policy))


@app.orchestration_trigger(context_name="context")
def without_retries(ctx: task.OrchestrationContext, _: Any):
    first = yield ctx.call_activity("double", input=1)
    return [first, (yield ctx.call_activity("fails_twice", input=ctx.instance_id))]


@app.orchestration_trigger(context_name="context")
def calls(ctx: task.OrchestrationContext, name: Any):
    try:
        return (yield ctx.call_activity(name, input=1))
    except task.TaskFailedError as error:
        return [error.details.error_type, error.details.message]


@app.orchestration_trigger(context_name="context")
def occupies(ctx: task.OrchestrationContext, place: Any):
    yield task.when_all([ctx.call_activity("occupy", input=place) for _ in range(8)])


@app.orchestration_trigger(context_name="context")
def countdown(ctx: task.OrchestrationContext, n: Any):
    ctx.create_timer(timedelta(hours=1))  # of every execution, the timer is left behind
    late = ctx.call_activity("double", input=n)
    yield late
    if n > 0:
        ctx.continue_as_new(n - 1)
        return None
    return "liftoff"


# -- sub-orchestrations


@app.orchestration_trigger(context_name="context")
def parent(ctx: task.OrchestrationContext, name: Any):
    child = ctx.call_sub_orchestrator(name, instance_id=f"{ctx.instance_id}-child")
    try:
        return (yield child)
    except task.TaskFailedError as error:
        return [error.details.error_type, error.details.message]


@app.orchestration_trigger(context_name="context")
def hasty_parent(ctx: task.OrchestrationContext, _: Any):
    ctx.call_sub_orchestrator("wait_for_go", instance_id=f"{ctx.instance_id}-child")
    yield ctx.call_activity("double", input=1)


@app.orchestration_trigger(context_name="context")
def who_is_my_parent(ctx: task.OrchestrationContext, _: Any):
    yield ctx.call_activity("double", input=1)
    return ctx.parent_instance_id


@app.orchestration_trigger(context_name="context")
def failing_child(ctx: task.OrchestrationContext, _: Any):
    yield ctx.call_activity("double", input=1)
    raise KeyError("lost")


@app.orchestration_trigger(context_name="context")
def strict_parent(ctx: task.OrchestrationContext, name: Any):
    return (yield ctx.call_sub_orchestrator(name, input=2))


@app.orchestration_trigger(context_name="context")
def fails_while_busy(ctx: task.OrchestrationContext, _: Any):
    """An activity and a timer are under way when another activity fails."""
    busy = ctx.call_activity("occupy", input=ctx.instance_id)
    timer = ctx.create_timer(timedelta(seconds=0.3))
    attempt = yield ctx.call_activity("fails_twice", input=ctx.instance_id)
    yield task.when_all([busy, timer])
    return attempt


# -- entities


@app.entity_trigger(context_name="context")
class Notes(entities.DurableEntity):
    def add(self, text: str) -> int:
        notes = [*self.get_state(list, []), text]
        self.set_state(notes)
        return len(notes)

    def spoil(self, _: Any) -> None:
        raise ValueError("cannot be spoilt")


@app.orchestration_trigger(context_name="context")
def holds_lock(ctx: task.OrchestrationContext, key: Any):
    """Take the lock, note it, and keep it until told to go."""
    notes = entities.EntityInstanceId("Notes", key)
    with (yield ctx.lock_entities([notes])):
        yield ctx.call_entity(notes, "add", f"locked by {ctx.instance_id}")
        ctx.set_custom_status("locked")
        yield ctx.wait_for_external_event("go")
        yield ctx.call_entity(notes, "add", f"released by {ctx.instance_id}")


@app.orchestration_trigger(context_name="context")
def locks_two(ctx: task.OrchestrationContext, keys: Any):
    notes = [entities.EntityInstanceId("Notes", key) for key in keys]
    with (yield ctx.lock_entities(notes)):
        for note in notes:
            yield ctx.call_entity(note, "add", ctx.instance_id)
    return "both"


@app.orchestration_trigger(context_name="context")
def spoils(ctx: task.OrchestrationContext, key: Any):
    notes = entities.EntityInstanceId("Notes", key)
    try:
        yield ctx.call_entity(notes, "spoil", None)
    except task.TaskFailedError as error:
        return str(error)
