"""For every promotion the records form a path through the table of states."""

import pytest
from dashboards.history import History, Promotion
from dashboards.paths import fact_of, faults, of_the_way
from dashboards.workspace import STORIES, recorded

MAY_BE_MISSING = {
    "waiting": "nothing tells that it had to wait",
    "decision_refused": "nothing comes of it",
    "verified": "a check is recorded only when its answer is another one",
    "traffic_mirrored": "a shadow is not necessary",
}
"""Records whose loss no other record tells."""
ALONE = {"registered", "approval_requested", "gate_evaluated"}
"""The same, when it is the only one of its stage."""


@pytest.mark.parametrize("story", STORIES)
def test_the_records_of_a_story_are_whole(story):
    assert faults(recorded(story)) == []


def _may_be_missing(row, rows) -> bool:
    if (fact := fact_of(row)) in ALONE:
        stage, wanted = row["Properties"].get("stage"), row["Properties"]["promotion_id"]
        if fact == "gate_evaluated":  # compared with those of others on the route
            return sum(fact_of(one) == fact for one in rows) == 1
        beside = [
            one
            for one in rows
            if one["Properties"].get("promotion_id") == wanted
            and one["Properties"].get("stage") == stage
            and fact_of(one) not in ("superseded", "cancelled")
        ]
        return len(beside) == 1
    if fact == "smoke_tested":  # the same question, at the same share of the traffic
        return sum(_question(one) == _question(row) for one in rows) > 1
    return fact in MAY_BE_MISSING


def _question(row) -> tuple[object, ...]:
    told = row["Properties"]
    where = (told.get("promotion_id"), told.get("stage"), told.get("outcome"))
    return (fact_of(row), *where, row["Measurements"].get("traffic"))


@pytest.mark.parametrize("story", STORIES)
def test_every_record_that_is_lost_is_missed(story):
    rows = recorded(story)
    for number, row in enumerate(rows):
        if of_the_way(row) and not _may_be_missing(row, rows):
            assert faults(rows[:number] + rows[number + 1 :]), f"line {number + 1}, {row['Name']}"


def judged(history: History, version: str, *gates: str) -> Promotion:
    """A promotion whose evidence was read, and what these gates said about it."""
    promotion = history.promotion(version).seen()
    for gate in gates:
        promotion.gate("passed", gate=gate)
    return promotion


def test_a_rejection_whose_only_gate_is_lost_is_missed():
    history = History()
    history.promotion().seen().gate("failed").tells("rejected", reason="No.", code="GateFailed")
    assert faults(history.rows) == []
    del history.rows[2]
    assert faults(history.rows) == ["taxi-taxi-1-00000001: rejected without gate_evaluated"]


@pytest.mark.parametrize("gates", [(), ("metric rmse",)])
def test_a_promotion_without_the_gates_that_others_on_its_route_have_is_found(gates):
    history = History()
    judged(history, "1", "metric rmse", "tag owner").tells("superseded")
    judged(history, "2", *gates).tells("superseded")
    assert [fault[:25] for fault in faults(history.rows)] == ["not always the same gates"]


def test_routes_have_gates_of_their_own_and_people_may_leave_some_out():
    history = History()
    judged(history, "1", "metric rmse").tells("superseded")
    other = history.promotion("2", route="bikes").seen().gate("passed", gate="tag owner")
    other.tells("superseded")
    history.promotion("3", bypassed="metric rmse").seen().tells("superseded")
    assert faults(history.rows) == []


def test_a_stage_reads_evidence_of_its_own():
    history = History()
    promotion = history.promotion().seen().gate("passed").tells("copied")
    promotion.tells("evidence", "prod").gate("passed", "prod").tells("registered", "prod")
    promotion.tells("succeeded")
    assert faults(history.rows) == []
    del history.rows[4]
    assert faults(history.rows) == ["taxi-taxi-1-00000001: gate_evaluated without evidence"]


def test_what_operations_do_is_no_promotion():
    history = History()
    operation = "roll-back-dafcb2f2eedc41a58012e93ccbf0a839"
    history.tells("deployed", promotion_id=operation, stage="prod", route="taxi")
    assert faults(history.rows) == []


@pytest.mark.parametrize("story", STORIES)
def test_every_record_that_is_there_twice_is_found(story):
    rows = recorded(story)
    for number, row in enumerate(rows):
        if of_the_way(row):
            assert faults(rows[: number + 1] + rows[number:]), f"line {number + 1}, {row['Name']}"


@pytest.mark.parametrize("fact", ["requested", "copied", "deploying", "deployed", "succeeded"])
def test_a_fact_that_is_told_twice_under_two_ids_is_found(fact):
    rows = recorded("three-environments")
    (number, row) = next((n, row) for n, row in enumerate(rows) if fact_of(row) == fact)
    again = row | {"Properties": row["Properties"] | {"record_id": "another"}}
    assert faults([*rows[: number + 1], again, *rows[number + 1 :]])
