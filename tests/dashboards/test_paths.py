"""For every promotion the records form a path through the table of states."""

import pytest
from dashboards.paths import STATUS, fact_of, faults
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


def _of_the_way(row) -> bool:
    told = row["Properties"]
    of_promotion = "-" in told.get("promotion_id", "")
    return of_promotion and told.get("code") != "RolledBackByHand" and fact_of(row) in STATUS


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
        if _of_the_way(row) and not _may_be_missing(row, rows):
            assert faults(rows[:number] + rows[number + 1 :]), f"line {number + 1}, {row['Name']}"


@pytest.mark.parametrize("story", STORIES)
def test_every_record_that_is_there_twice_is_found(story):
    rows = recorded(story)
    for number, row in enumerate(rows):
        if _of_the_way(row):
            assert faults(rows[: number + 1] + rows[number:]), f"line {number + 1}, {row['Name']}"


@pytest.mark.parametrize("fact", ["requested", "copied", "deploying", "deployed", "succeeded"])
def test_a_fact_that_is_told_twice_under_two_ids_is_found(fact):
    rows = recorded("three-environments")
    (number, row) = next((n, row) for n, row in enumerate(rows) if fact_of(row) == fact)
    again = row | {"Properties": row["Properties"] | {"record_id": "another"}}
    assert faults([*rows[: number + 1], again, *rows[number + 1 :]])
