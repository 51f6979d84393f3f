"""A blueprint with durable functions, as the service has them."""

from typing import Any

import azure.durable_functions as df
from durabletask import task

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="name")
def greet(name: str) -> str:
    return f"Hello {name}"


@blueprint.orchestration_trigger(context_name="context")
def greetings(ctx: task.OrchestrationContext, names: Any):
    return (yield task.when_all([ctx.call_activity("greet", input=name) for name in names]))
