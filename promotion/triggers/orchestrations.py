"""Binds the orchestrators, which know nothing of Azure, to the durable host.

Each is loaded when it is first called, as the activities are.
"""

from typing import Any

import azure.durable_functions as df

orchestrations = df.Blueprint()


@orchestrations.orchestration_trigger(context_name="context")
def promote(ctx: Any, order: Any) -> Any:
    """Move one candidate along one route."""
    from promotion.orchestrators.promote import promote

    return (yield from promote(ctx, order))


@orchestrations.orchestration_trigger(context_name="context")
def stage(ctx: Any, order: Any) -> Any:
    """Bring a version to one stage."""
    from promotion.orchestrators.stage import stage

    return (yield from stage(ctx, order))


@orchestrations.orchestration_trigger(context_name="context")
def deliver(ctx: Any, order: Any) -> Any:
    """Deliver a version at one stage."""
    from promotion.orchestrators.deliver import deliver

    return (yield from deliver(ctx, order))


@orchestrations.orchestration_trigger(context_name="context")
def retire(ctx: Any, order: Any) -> Any:
    """Remove what a delivery replaced, after a while."""
    from promotion.orchestrators.retire import retire

    return (yield from retire(ctx, order))


@orchestrations.orchestration_trigger(context_name="context")
def notify(ctx: Any, order: Any) -> Any:
    """Tell people and other systems what has happened."""
    from promotion.orchestrators.notify import notify

    return (yield from notify(ctx, order))


@orchestrations.orchestration_trigger(context_name="context")
def hold(ctx: Any, order: Any) -> Any:
    """Stop deliveries at a place, or everywhere."""
    from promotion.orchestrators.hold import hold

    return (yield from hold(ctx, order))


@orchestrations.orchestration_trigger(context_name="context")
def resume(ctx: Any, order: Any) -> Any:
    """Let deliveries go on."""
    from promotion.orchestrators.hold import resume

    return (yield from resume(ctx, order))


@orchestrations.orchestration_trigger(context_name="context")
def roll_back(ctx: Any, order: Any) -> Any:
    """Bring an earlier version back into service, by hand."""
    from promotion.orchestrators.roll_back import roll_back

    return (yield from roll_back(ctx, order))


@orchestrations.entity_trigger(context_name="context", entity_name="turn")
def turn(ctx: Any, given: Any) -> Any:
    """What one delivery at a time may change, for them to lock; and what is kept there."""
    from promotion.core.keeping import Kept

    state = Kept.model_validate(ctx.get_state(dict, {}))
    match ctx.operation:
        case "keep":
            ctx.set_state(state.keep(given["deployments"], given["retirement"]).to_json())
            return None
        case "pass":
            return None  # whoever locked it before is through
        case "retire":
            ctx.set_state(state.without(given).to_json())
            return state.of(given)
    raise ValueError(f"the turn entity has no operation {ctx.operation!r}")


@orchestrations.entity_trigger(context_name="context", entity_name="guard")
def guard(ctx: Any, given: Any) -> Any:
    """Whether something is held, and which stages are there."""
    from promotion.core.holding import Guard, Hold

    state = Guard.model_validate(ctx.get_state(dict, {}))
    before = state
    match ctx.operation:
        case "come":
            state = state.come(given)
        case "begin":
            state = state.begin(given["instance"], given["what"])
        case "leave":
            state = state.leave(given)
        case "hold":
            state = state.held(Hold.model_validate(given))
        case "resume":
            state = state.resumed()
        case "look":
            pass
        case _:
            raise ValueError(f"the guard entity has no operation {ctx.operation!r}")
    ctx.set_state(state.to_json())
    return before.to_json()


@orchestrations.entity_trigger(context_name="context", entity_name="line")
def line(ctx: Any, given: Any) -> Any:
    """Who waits for a stage with versions of one model."""
    from promotion.core.line import Line
    from promotion.core.references import ModelVersion

    state = Line.model_validate(ctx.get_state(dict, {}))
    match ctx.operation:
        case "arrive":
            model = ModelVersion(name=given["name"], version=given["version"])
            state, answer = state.arrive(model, given["instance"])
            ctx.set_state(state.to_json())
            return answer.to_json()
        case "leave":
            ctx.set_state(state.leave(given).to_json())
            return None
    raise ValueError(f"the line entity has no operation {ctx.operation!r}")
