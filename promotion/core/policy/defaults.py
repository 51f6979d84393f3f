"""What holds wherever the policy does not say otherwise."""

from collections.abc import Callable
from typing import Any, Final

from pydantic import Field, ValidationError

from promotion.core.policy.duration import Duration, Span
from promotion.core.policy.notify import Webhooks
from promotion.core.policy.section import Section
from promotion.core.verdict import Doubt, Mode
from promotion.core.waits import Wait


class GateDefaults(Section):
    """What every gate does that does not say otherwise."""

    mode: Mode | None = Field(default=None, description="enforce, warn or off.")
    inconclusive: Doubt | None = Field(default=None, description="fail or hold.")


class StageDefaults(Section):
    """What every stage does that does not say otherwise."""

    keep_previous: Duration | None = Field(default=None, description="As of a stage.")
    time_limit: Span | None = Field(default=None, description="As of a stage.")


class Defaults(Section):
    """What holds wherever the policy does not say otherwise."""

    gates: GateDefaults = Field(default=GateDefaults(), description="For every gate.")
    stages: StageDefaults = Field(default=StageDefaults(), description="For every stage.")
    notify: Webhooks = Field(default=(), description="As of a route.")
    write_back: bool = Field(default=False, description="As of a route.")


_OF_ROUTES: Final = ("notify", "write_back")
"""What a route has of the defaults as they are."""


def with_defaults(plain: Any) -> Any:
    """The policy ``plain`` with its own defaults filled in; unchanged when they are invalid."""
    try:
        Defaults.model_validate(plain["defaults"])
        gates = plain["defaults"].get("gates", {})
        stages = plain["defaults"].get("stages", {})
        own = {key: plain["defaults"][key] for key in _OF_ROUTES if key in plain["defaults"]}
    except (ValidationError, KeyError, TypeError):
        return plain
    return plain | {
        "routes": _each(
            plain.get("routes"), lambda route: _under(_route(route, gates, stages), own)
        )
    }


def _route(route: Any, gates: Any, stages: Any) -> Any:
    filled = _gates(route, gates)
    if not isinstance(filled, dict) or "stages" not in filled:
        return filled
    each = _each(filled["stages"], lambda stage: _under(_gates(stage, gates), stages))
    return filled | {"stages": each}


def _gates(holder: Any, gates: Any) -> Any:
    def filled(gate: Any) -> Any:
        kind = gate.get("kind") if isinstance(gate, dict) else None
        waits = isinstance(kind, str) and kind in Wait.kinds
        return gate if waits else _under(gate, gates)

    if not isinstance(holder, dict) or "gates" not in holder:
        return holder
    return holder | {"gates": _each(holder["gates"], filled)}


def _under(own: Any, defaults: Any) -> Any:
    return defaults | own if isinstance(own, dict) else own


def _each(holder: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(holder, dict):
        return {key: change(value) for key, value in holder.items()}
    return [change(item) for item in holder] if isinstance(holder, list) else holder
