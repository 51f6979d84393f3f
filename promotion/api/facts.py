"""What an activity that is done means to people: the facts that its audit records tell.

Read from its receipt, because Azure Storage keeps no inputs of activities in a history; what only
its order says is told where the history has that, too.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

type Told = dict[str, Any]
"""The order, where it is known, and over it the receipt."""


class Fact(NamedTuple):
    """One thing that happened."""

    what: str
    """As the audit records call it, without their prefix."""
    reason: str | None = None
    details: Told = {}


def facts_of(activity: str, told: Told) -> Iterator[Fact]:
    """The facts of one call; none while Azure is at work, or when it could not be done."""
    if activity in _FACTS and told.get("settled", True) and "failed" not in told:
        yield from _FACTS[activity](told)


def _simply(what: str, *names: str) -> Callable[[Told], Iterator[Fact]]:
    """That fact, with so much of what was told."""

    def facts(told: Told) -> Iterator[Fact]:
        known = {name: told[name] for name in names if told.get(name) is not None}
        yield Fact(what, (told.get("failure") or {}).get("reason"), known)

    return facts


def _tested(*names: str) -> Callable[[Told], Iterator[Fact]]:
    """A test, with how it ended."""
    simply = _simply("smoke_tested", *names)

    def facts(told: Told) -> Iterator[Fact]:
        outcome = "failed" if told.get("failure") else "passed"
        for fact in simply(told):
            yield fact._replace(details={"outcome": outcome, **fact.details})

    return facts


def _when(name: str, what: str, *names: str) -> Callable[[Told], Iterator[Fact]]:
    """That fact, if something of that name was told."""
    simply = _simply(what, *names)

    def facts(told: Told) -> Iterator[Fact]:
        if told.get(name):
            yield from simply(told)

    return facts


def _recorded(told: Told) -> Iterator[Fact]:
    """What an orchestrator had written down; its beginning and its end are known without this."""
    if isinstance(name := told.get("name"), str):
        details = dict(told.get("details") or {})
        failure = told.get("failure") or {}
        yield Fact(name, details.pop("reason", None) or failure.get("reason"), details)


def _judged(told: Told) -> Iterator[Fact]:
    candidate = told.get("candidate") or {}
    metrics = {name: one.get("value") for name, one in (candidate.get("metrics") or {}).items()}
    run = {"run": candidate["run"]} if candidate.get("run") else {}
    yield Fact("evidence", None, run | ({"metrics": metrics} if metrics else {}))
    for verdict in (told.get("judgement") or {}).get("verdicts", ()):
        known = {name: verdict[name] for name in ("gate", "outcome", "mode") if name in verdict}
        yield Fact("gate_evaluated", verdict.get("reason"), known)


def _deployed(told: Told) -> Iterator[Fact]:
    if not told.get("failure"):
        yield Fact("deployed")


def _verified(told: Told) -> Iterator[Fact]:
    for one in told.get("findings", ()):
        known = {name: one[name] for name in ("check", "outcome", "mode") if name in one}
        yield Fact("verified", one.get("reason"), known)


def _shifted(told: Told) -> Iterator[Fact]:
    yield Fact("traffic_shifted", None, {"after": told.get("traffic") or {}})


def _handed_over(told: Told) -> Iterator[Fact]:
    if run := told.get("run"):
        yield Fact("handed_over", None, {key: run[key] for key in ("id", "link") if run.get(key)})


_FACTS: Final[dict[str, Callable[[Told], Iterator[Fact]]]] = {
    "record": _recorded,
    "evaluate_gates": _judged,
    "copy_to_registry": _simply("copied", "asset_id"),
    "share_asset": _simply("asset_shared", "reference"),
    "register_model": _simply("registered", "model_id", "how"),
    "create_deployment": _simply("deploying"),
    "create_batch_deployment": _simply("deploying"),
    "look_at_deployment": _deployed,
    "look_at_batch_deployment": _deployed,
    "smoke_test": _tested("latency_ms", "share"),
    "invoke_batch_deployment": _simply("job_submitted", "job", "studio"),
    "look_at_batch_test": _tested("state"),
    "verify": _verified,
    "mirror_traffic": _simply("traffic_mirrored", "wanted"),
    "shift_traffic": _shifted,
    "set_batch_default": _simply("traffic_shifted"),
    "submit_job": _simply("job_submitted", "job", "studio"),
    "look_at_job": _simply("job_ended", "state"),
    "start_pipeline": _handed_over,
    "look_at_pipeline": _simply("handover_ended", "state"),
    "cancel_pipeline": _when("outcome", "handover_ended", "outcome"),
    "undo": _when("told", "traffic_shifted", "restore"),
    "undo_batch": _when("told", "traffic_shifted", "restore"),
}
"""By activity. Those that are left out prepare something, or look."""
