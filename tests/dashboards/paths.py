"""Whether records are whole: none is lost, and none is there twice."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from dashboards.workspace import Row

from promotion.core.status import NotAllowed, Status, step

_ENDS: Final = {
    f"{one}"
    for one in Status
    if one.value in ("succeeded", "rejected", "rolled_back", "failed", "cancelled", "superseded")
}
STATUS: Final = {
    **dict.fromkeys(("requested", "evidence", "gate_evaluated"), Status.EVALUATING),
    **dict.fromkeys(("copied", "asset_shared"), Status.COPYING),
    **dict.fromkeys(("waiting", "approval_requested"), Status.WAITING),
    **dict.fromkeys(("approved", "approval_rejected", "decision_refused"), Status.WAITING),
    **dict.fromkeys(("deploying", "deployed", "registered"), Status.DEPLOYING),
    **dict.fromkeys(("job_submitted", "job_ended"), Status.DEPLOYING),
    **dict.fromkeys(("handed_over", "handover_ended"), Status.DEPLOYING),
    **dict.fromkeys(("smoke_tested", "verified"), Status.VERIFYING),
    **dict.fromkeys(("traffic_shifted", "traffic_mirrored"), Status.SHIFTING),
    **{end: Status(end) for end in _ENDS},
}
"""What a promotion, or a stage of it, is when that is recorded."""
_NEEDS: Final = {
    "evidence": "requested",
    "gate_evaluated": "evidence",
    "copied": "evidence",
    "approval_requested": "copied",
    "approved": "approval_requested",
    "deploying": "copied",
    "registered": "copied",
    "job_submitted": "copied",
    "handed_over": "copied",
    "deployed": "deploying",
    "smoke_tested": "deployed",
    "traffic_shifted": "deployed",
    "job_ended": "job_submitted",
    "handover_ended": "handed_over",
    "succeeded": "copied",
}
"""What must have been recorded before."""
_OF_PROMOTION: Final = re.compile(r"-[0-9a-f]{8}(-\d+)?$")
"""How the id of a promotion ends, and that of an operation does not."""
_BEFORE_ALL_STAGES: Final = ("requested", "copied")
_CAUSES: Final = {"GateFailed": "gate_evaluated", "ApprovalRejected": "approval_requested"}
"""What must have been recorded before a version is rejected, by the code of that."""
_FOLLOWED: Final = {
    "deploying": ("deployed", *_ENDS),
    "job_submitted": ("job_ended", "smoke_tested"),
    "handed_over": ("handover_ended",),
}
"""One of these must be recorded after it."""
_ONCE: Final = _ENDS | {
    *("requested", "copied", "deploying", "deployed", "registered"),
    *("job_submitted", "job_ended", "handed_over", "handover_ended"),
}


def faults(rows: Sequence[Row]) -> list[str]:
    """What is wrong with the records of promotions that have all ended."""
    promotions: dict[str, list[Row]] = {}
    for row in rows:
        if of_the_way(row):
            promotions.setdefault(row["Properties"]["promotion_id"], []).append(row)
    found = list(_gaps(rows))
    found += [f"{id}: {fault}" for id, its in promotions.items() for fault in _faults(its)]
    return found + list(_unequal_looks(promotions.values()))


def of_the_way(row: Row) -> bool:
    """Whether it is of a promotion, and one of those that form its path."""
    told = row["Properties"]
    # Of a rollback by hand, an operation with an id of its own, the promotion knows nothing.
    by_hand = told.get("code") == "RolledBackByHand"
    of_promotion = _OF_PROMOTION.search(told.get("promotion_id", ""))
    return bool(of_promotion) and not by_hand and fact_of(row) in STATUS


def fact_of(row: Row) -> str:
    return str(row["Name"]).removeprefix("promotion.")


def _faults(rows: list[Row]) -> Iterator[str]:
    facts = [fact_of(row) for row in rows]
    ids = [row["Properties"]["record_id"] for row in rows]
    if len(set(ids)) < len(ids):
        yield "a record stands there twice"
    if facts[0] != "requested":
        yield "it does not begin"
    if facts[-1] not in _ENDS:
        yield "it does not end"
    stages = list(dict.fromkeys(_stage(row) for row in rows))
    for stage in stages:
        yield from _faults_at([row for row in rows if _stage(row) == stage], set(facts))
    if facts[-1] == "succeeded":
        for stage in filter(None, stages):
            if not any(_serves(row) for row in rows if _stage(row) == stage):
                yield f"{stage} serves nothing"


def _faults_at(rows: list[Row], known: set[str]) -> Iterator[str]:
    """What is wrong at one stage, or before the first; ``known`` is recorded anywhere."""
    status, before, share, last = Status.EVALUATING, set[str](), 0.0, ""
    told_before = False
    for row in rows:
        fact = fact_of(row)
        need = _NEEDS.get(fact)
        if need and need not in (known if need in _BEFORE_ALL_STAGES else before):
            yield f"{fact} without {need}"
        if _stage(row) and "copied" not in known:
            yield f"{fact} without copied"
        if fact == "smoke_tested" and "job" in row["Properties"] and "job_submitted" not in before:
            yield "a test job that nobody submitted"
        if _begins(fact) and "approval_requested" in before and "approved" not in before:
            yield f"{fact} without approved"
        cause = _CAUSES.get(row["Properties"].get("code", ""))
        if cause and cause not in before:
            yield f"rejected without {cause}"
        told_before = told_before or row["Properties"].get("outcome") == "failed"
        if row["Properties"].get("code") == "SmokeTestFailed" and not told_before:
            yield "no test failed before"
        if fact == "rolled_back" and share:
            yield f"rolled back, but with {share} % of the traffic"
        if fact in _ONCE & before:
            yield f"{fact} twice"
        try:
            # The end of a shadow and the first share of traffic follow each other.
            mirrored = fact == "traffic_shifted" and last == "traffic_mirrored"
            status = _next(Status.VERIFYING if mirrored else status, row)
        except NotAllowed as error:
            yield str(error)
        if fact == "traffic_shifted":
            share = row["Measurements"]["traffic"]
        if fact == "smoke_tested" and row["Measurements"].get("traffic", share) != share:
            yield "it has another share of the traffic than it was given"
        before.add(fact)
        last = fact
    yield from _unfinished(rows)


def _next(status: Status, row: Row) -> Status:
    """The status after the record. Raises NotAllowed."""
    fact, taken_back = fact_of(row), "taken back" in row["Properties"].get("reason", "")
    wanted = Status.ROLLING_BACK if taken_back and fact not in _ENDS else STATUS[fact]
    if fact == "job_submitted" and "endpoint" in row["Properties"]:
        wanted = Status.VERIFYING  # the test job of a batch deployment
    if wanted is Status.ROLLED_BACK:
        status = step(status, Status.ROLLING_BACK)
    if fact == "traffic_shifted" and wanted is status:
        raise NotAllowed("it was not asked between two shares of the traffic")
    return step(status, wanted)


def _unfinished(rows: list[Row]) -> Iterator[str]:
    facts = [fact_of(row) for row in rows]
    if not any(fact in _ENDS for fact in facts) and _stage(rows[0]) != "":
        facts.append("succeeded")  # of a stage that succeeds there is no record
    for fact, following in _FOLLOWED.items():
        if fact in facts and not set(following) & set(facts[facts.index(fact) :]):
            yield f"nothing follows {fact}"
    tests = [row["Measurements"].get("traffic") for row in rows if fact_of(row) == "smoke_tested"]
    shifts = [row for row in rows if fact_of(row) == "traffic_shifted"]
    if None in tests or any("reason" in row["Properties"] for row in shifts):
        return  # a batch endpoint, or a rollout that was stopped at any moment
    for row in shifts:
        if (share := row["Measurements"]["traffic"]) not in tests:
            yield f"it was not asked with {share} % of the traffic"


def _begins(fact: str) -> bool:
    return fact in ("deploying", "registered", "job_submitted", "handed_over")


def _gaps(rows: Iterable[Row]) -> Iterator[str]:
    """Where the traffic of an endpoint is not what it was made before."""
    known: dict[tuple[str, str], str] = {}
    for row in rows:
        if fact_of(row) == "traffic_shifted":
            told = row["Properties"]
            place = (told["workspace"], told["endpoint"])
            if known.get(place, told["before"]) != told["before"]:
                yield f"{place} had the traffic {known[place]}, not {told['before']}"
            known[place] = told["after"]


def _unequal_looks(promotions: Iterable[list[Row]]) -> Iterator[str]:
    """Where not always the same gates were asked, or none were."""
    looks: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for rows in promotions:
        told = rows[0]["Properties"]
        for stage in dict.fromkeys(map(_stage, rows)):
            place = (told["route"], stage, told.get("bypassed", ""))
            asked = _looks([row for row in rows if _stage(row) == stage])
            looks.setdefault(place, set()).update(map(tuple, asked))
    for place, asked in looks.items():
        if len(asked) > 1:
            yield f"not always the same gates at {place}: {asked}"


def _looks(rows: list[Row]) -> Iterator[list[str]]:
    """The gates that were asked at one stage, each time: one activity writes down what it has
    seen and what the gates make of that. None is a look, too."""
    look: list[str] | None = None
    for row in rows:
        fact = fact_of(row)
        if look is not None and fact == "gate_evaluated":
            look.append(row["Properties"]["gate"])
        elif look is not None:
            yield look
        if fact == "evidence":
            look = []
        elif fact != "gate_evaluated":
            look = None
    if look is not None:
        yield look


def _serves(row: Row) -> bool:
    whole = row["Measurements"].get("traffic") == 100
    return (fact_of(row) == "traffic_shifted" and whole) or fact_of(row) in (
        "registered",
        "job_ended",
        "handover_ended",
    )


def _stage(row: Row) -> str:
    return str(row["Properties"].get("stage", ""))
