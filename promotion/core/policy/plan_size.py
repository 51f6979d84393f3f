"""How large what travels with a promotion is: a plan has a copy of a file for each use of it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from promotion.core.plan import Plan
from promotion.core.planning import plan_stages
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.places import Location
from promotion.core.policy.size import size_in_words
from promotion.core.references import ModelVersion

MAX_PLAN: Final = 2 * 1000 * 1000
"""Bytes of JSON. Durable messages may hold 4 MB, and stages get their parts once more."""
_ANY: Final = ModelVersion(name="any", version="0")
_NAMED: Final = 3
"""Of the largest files."""


def too_large(
    document: PolicyDocument, named: Iterable[tuple[Location, str]]
) -> Iterator[tuple[Location, str]]:
    """Every route whose plan could not travel; ``named`` are the places that name files."""
    uses = [(at[1], path) for at, path in named]
    for name in document.policy.routes:
        if (size := _size(_plan(document, name).to_json(whole=True))) > MAX_PLAN:
            copies = Counter(path for of, path in uses if of == name)
            told = (
                f"the plan of a promotion would have {size_in_words(size)}, more than "
                f"{size_in_words(MAX_PLAN)}; it has a copy of each file for each use of it: "
                f"{_largest(document, copies)}; name smaller files, or the same ones less often"
            )
            yield ("routes", name), told


def _plan(document: PolicyDocument, name: str) -> Plan:
    policy = document.policy
    route = policy.routes[name]
    return Plan(
        route=name,
        model=_ANY,
        source=policy.workspaces[route.sources[0]],
        source_name=route.sources[0],
        registry=policy.registry,
        hosts=policy.hosts,
        gates=route.gates,
        stages=tuple(plan_stages(document, route, _ANY)),
        policy_digest=document.digest,
    )


def _largest(document: PolicyDocument, copies: Counter[str]) -> str:
    sizes = {path: _size(document.files[path]) for path in copies}
    first = sorted(copies, key=lambda path: (-sizes[path] * copies[path], path))[:_NAMED]
    told = (f"{path} ({copies[path]} times {size_in_words(sizes[path])})" for path in first)
    return ", ".join(told)


def _size(what: object) -> int:
    return len(json.dumps(what))
