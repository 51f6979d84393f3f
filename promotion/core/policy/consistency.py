"""What parts of a policy must agree on, however valid each of them is.

All of it looks at plain data, which may be invalid elsewhere: one mistake must not hide another.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from promotion.core.gates.metric import MetricGate
from promotion.core.names import slug
from promotion.core.policy.mistakes import did_you_mean
from promotion.core.policy.places import Location, found_at, texts_at
from promotion.core.policy.route import Route

_GATES = (("gates", "*"), ("stages", "*", "gates", "*"))
_SERVING = {"online", "batch"}
"""Ways to deliver after which there is something that serves."""


def inconsistencies(plain: Any) -> Iterator[tuple[Location, str]]:
    """Every place where the policy ``plain`` contradicts itself, and how."""
    yield from _workspaces(plain)
    for at, route in found_at(plain, "routes", "*"):
        stages = list(_named(route))
        yield from ((at + where, what) for where, what in _twice(stages))
        yield from ((at + where, what) for where, what in _needs(route, stages))
        yield from ((at + where, what) for where, what in _stages_of_gates(route, stages))


def excluding(name: str, route: Route) -> Iterator[tuple[Location, str]]:
    """Gates of a valid route that no version can pass together."""
    yield from _among(("routes", name), route.gates)
    for number, stage in enumerate(route.stages):
        yield from _among(("routes", name, "stages", number), stage.gates)


def _among(at: Location, gates: Iterable[object]) -> Iterator[tuple[Location, str]]:
    # By what they ask about, so that a policy of thousands of gates is read in no time.
    asked: dict[tuple[str, str], list[tuple[int, MetricGate]]] = {}
    for number, gate in enumerate(gates):
        if isinstance(gate, MetricGate) and gate.mode == "enforce":
            asked.setdefault((gate.of, gate.name), []).append((number, gate))
    for same in asked.values():
        first, one = same[0]
        for second, other in same[1:]:
            if one.excludes(other):
                told = f"no {one.name} can be {other.threshold} and {one.threshold}"
                yield (*at, "gates", second), f"{told}, as gates.{first} wants"


def _workspaces(plain: Any) -> Iterator[tuple[Location, str]]:
    """Names of workspaces that refer to nothing."""
    workspaces = plain.get("workspaces") if isinstance(plain, dict) else None
    if not isinstance(workspaces, dict):
        return
    source, stage = ("routes", "*", "from"), ("routes", "*", "stages", "*", "workspace")
    for place in (source, (*source, "*"), stage):
        for at, name in texts_at(plain, *place):
            if name not in workspaces:
                yield at, f"{name!r} is not one of the workspaces{did_you_mean(name, workspaces)}"


def _named(route: Any) -> Iterator[tuple[int, str]]:
    for at, name in texts_at(route, "stages", "*", "name"):
        if isinstance(at[1], int):
            yield at[1], name


def _twice(stages: list[tuple[int, str]]) -> Iterator[tuple[Location, str]]:
    """Stages that share a name."""
    seen: dict[str, str] = {}
    for number, name in stages:
        # Ids are made of the slug, and Azure compares them without case.
        if other := seen.get(slug(name)):
            what = f"another stage of this route is called {other}"
            yield ("stages", number, "name"), what
        seen[slug(name)] = name


def _needs(route: Any, stages: list[tuple[int, str]]) -> Iterator[tuple[Location, str]]:
    """Stages that wait for one that is not there, or that comes later."""
    waits = [
        *texts_at(route, "stages", "*", "needs", "*"),
        *(
            ((*at, "stage"), gate["stage"])
            for at, gate in found_at(route, "stages", "*", "gates", "*")
            if isinstance(gate, dict) and gate.get("kind") == "soak"
            if isinstance(gate.get("stage"), str)
        ),
    ]
    needed = _needed(route, stages)
    for at, name in waits:
        earlier = [other for number, other in stages if number < _number(at)]
        if name in earlier:
            if "gates" in at and name not in needed.get(_number(at), ()):
                yield at, f"a soak at {name} needs that this stage needs {name}, directly or not"
            continue
        if name in [other for _, other in stages]:
            yield at, f"this stage cannot wait for {name}, which does not come before it"
        else:
            yield at, f"{name!r} is not a stage of this route{did_you_mean(name, earlier)}"


def _needed(route: Any, stages: list[tuple[int, str]]) -> dict[int, set[str]]:
    """By number of the stage, every stage that must have succeeded before, directly or not."""
    by_name: dict[str, set[str]] = {}
    needed: dict[int, set[str]] = {}
    before: list[str] = []
    for number, name in stages:
        stated = route["stages"][number].get("needs")
        direct = stated if isinstance(stated, list) else before
        known = {one for one in direct if isinstance(one, str)}
        needed[number] = by_name[name] = known.union(*(by_name.get(one, set()) for one in known))
        before = [name]
    return needed


def _number(at: Location) -> int:
    return at[1] if isinstance(at[1], int) else 0


def _stages_of_gates(route: Any, stages: list[tuple[int, str]]) -> Iterator[tuple[Location, str]]:
    """Gates that ask about the champion of a stage that cannot be found, or has none."""
    for place in _GATES:
        for at, gate in found_at(route, *place):
            if isinstance(gate, dict) and gate.get("kind") in ("champion", "expression"):
                yield from _stage_of(gate, at, route, stages)


def _stage_of(
    gate: dict[str, Any], at: Location, route: Any, stages: list[tuple[int, str]]
) -> Iterator[tuple[Location, str]]:
    names = [name for _, name in stages]
    stated = gate.get("stage")
    if isinstance(stated, str) and stated not in names:
        what = f"{stated!r} is not a stage of this route{did_you_mean(stated, names)}"
        yield (*at, "stage"), what
        return
    if gate["kind"] == "expression" and "champion" not in str(gate.get("expression")):
        return
    here = [name for number, name in stages if at[0] == "gates" or number == at[1]]
    if stated is None and len(here) != 1:
        has = f"has {len(names)}: {', '.join(names)}" if names else "has none"
        yield at, f"say with stage: whose champion is meant; this route {has}"
        return
    meant = stated or here[0]
    without = [at for at, name in texts_at(route, "stages", "*", "name") if name == meant]
    if any(not _SERVING & route["stages"][where[1]].keys() for where in without):
        yield at, f"{meant} has no endpoint, so there is no champion to compare with"
