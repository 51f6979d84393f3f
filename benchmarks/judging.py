"""How long the gates of a route take, and how long a policy takes to be read."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from benchmarks.figure import Figure
from promotion.core.candidate import Candidate, Champion, Metric
from promotion.core.gates import judge
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.reading import read_policy
from promotion.core.references import ModelVersion, WorkspaceRef

GATES = 50
GATES_LIMIT_MS = 5
LINES = 1_000
LINES_LIMIT_MS = 300

_HEAD = """\
version: 1
workspaces: {dev: {subscription: s, resource_group: g, name: dev}}
registry: reg
routes:
"""
_ROUTE = """\
  route-%d:
    from: dev
    models: [model-%d-*]
    gates:
"""
_KINDS = (
    "{kind: metric, name: m%d, at_most: 5.0}",
    "{kind: tag, name: t%d, matches: 'v\\d+'}",
    "{kind: lineage, branch: main, commit: true}",
    "{kind: freshness, trained_within: 30d}",
    "{kind: expression, name: e%d, expression: metrics.m1 < 5.0 && 'x' in model.tags}",
)


def figures() -> Iterator[Figure]:
    """Fifty gates beside fifty comparisons, and a policy of a thousand lines."""
    gates = tuple(_read(_policy(1, GATES // len(_KINDS))).policy.routes["route-0"].gates)
    candidate = _candidate()
    numbers = [metric.value for metric in candidate.metrics.values()]
    asked = _milliseconds(lambda: judge(candidate, gates))
    compared = _milliseconds(lambda: [number <= 5.0 for number in numbers])
    yield Figure(
        f"{len(gates)} gates on one candidate",
        f"{asked:.2f} ms",
        f"{compared:.3f} ms for a bare loop of {len(numbers)} comparisons",
        f"{GATES_LIMIT_MS} ms",
        asked <= GATES_LIMIT_MS,
    )
    text = _policy(LINES // 14, 2)
    read = _milliseconds(lambda: _read(text), rounds=5)
    yield Figure(
        f"reading a policy of {len(text.splitlines())} lines",
        f"{read:.0f} ms",
        "",
        f"{LINES_LIMIT_MS} ms",
        read <= LINES_LIMIT_MS,
    )


def _policy(routes: int, rounds: int) -> str:
    gates = "".join(
        f"      - {kind % number if '%d' in kind else kind}\n"
        for number in range(rounds)
        for kind in _KINDS
    )
    return _HEAD + "".join(_ROUTE % (number, number) + gates for number in range(routes))


def _read(text: str) -> PolicyDocument:
    return read_policy(text, name="promotion.yaml", settings={}, read_file=str)


def _candidate() -> Candidate:
    metrics = {f"m{number}": Metric(value=4.2, run="r") for number in range(GATES)}
    model = ModelVersion(name="model-0-a", version="1")
    champion = Champion(deployment="d", model=model, metrics=metrics)
    return Candidate(
        source=WorkspaceRef(subscription="s", resource_group="g", name="dev"),
        model=model,
        as_of=datetime.now(UTC),
        run="r",
        metrics=metrics,
        tags={f"t{number}": "v1" for number in range(GATES)} | {"x": "y"},
        champions={"prod": champion},
    )


def _milliseconds(work: Callable[[], object], rounds: int = 50) -> float:
    """Median time of ``work``."""

    def once() -> float:
        started = time.perf_counter()
        work()
        return (time.perf_counter() - started) * 1000

    return statistics.median(once() for _ in range(rounds))
