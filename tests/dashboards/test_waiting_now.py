"""What waits now, and for whom."""

from datetime import timedelta

import pytest
from dashboards.history import History
from dashboards.workspace import Workspace, recorded


def waiting(history: History, **wanted: str) -> list[tuple[str, str, str]]:
    answer = history.workspace().ask("waiting-now", **wanted)
    return [(row["stage"], row["waiting_for"], row["whom"]) for row in answer]


def asked(history: History, quorum: int = 1):
    told = {"by": "ada, bob", "quorum": str(quorum), "until": ""}
    return history.promotion().tells("approval_requested", "prod", **told)


FOR_APPROVAL = ("prod", "approval", "ada, bob")


def test_nothing_waits_when_every_story_is_told():
    rows = [row for story in ("three-environments", "hold", "freeze") for row in recorded(story)]
    assert Workspace(rows).ask("waiting-now") == []


def test_a_recorded_approval_waits_until_somebody_gives_it():
    rows = recorded("three-environments")
    (number,) = [n for n, row in enumerate(rows) if row["Name"] == "promotion.approved"]
    (row,) = Workspace(rows[:number]).ask("waiting-now")
    assert (row["stage"], row["waiting_for"], row["whom"]) == (
        "prod",
        "approval",
        "bob@contoso.com",
    )
    assert row["since"].isoformat() in rows[number - 2]["TimeGenerated"]
    assert Workspace(rows[: number + 1]).ask("waiting-now") == []


def test_it_says_how_long_it_has_waited():
    history = History()
    asked(history).after(hours=5)
    (row,) = history.workspace().ask("waiting-now")
    assert (row["waited_s"], row["until"]) == (5 * 3600, None)


@pytest.mark.parametrize(
    ("decisions", "waits"),
    [
        ([("approved", "ada")], True),
        ([("approved", "ada"), ("decision_refused", "eve")], True),
        ([("approved", "ada"), ("approved", "ada")], True),
        ([("approved", "ada"), ("approved", "bob")], False),
        ([("approval_rejected", "ada")], False),
    ],
)
def test_an_approval_by_two_waits_for_both(decisions, waits):
    history = History()
    told = asked(history, quorum=2)
    for decision, by in decisions:
        told.tells(decision, "prod", by=by)
    assert waiting(history) == ([FOR_APPROVAL] if waits else [])


def test_an_overdue_approval_still_waits_for_the_same_people():
    history = History()
    asked(history).tells("waiting", "prod", waiting_for="approval", overdue="true")
    assert waiting(history) == [FOR_APPROVAL]


@pytest.mark.parametrize("end", ["cancelled", "superseded", "rejected", "failed"])
def test_what_has_ended_waits_for_nothing(end):
    history = History()
    asked(history).tells(end, "prod")
    assert waiting(history) == []


def test_a_duplicate_ends_no_wait():
    history = History()
    history.promotion().seen().gate("inconclusive").tells("waiting", waiting_for="hold").tells(
        "duplicate"
    )
    assert waiting(history) == [("", "evidence", "")]


def test_a_gate_that_holds_the_version_waits_as_long_as_its_last_answer_is_inconclusive():
    history = History()
    told = history.promotion().seen().gate("inconclusive").tells("waiting", waiting_for="hold")
    told.seen().gate("passed", gate="tag owner").gate("inconclusive")
    assert waiting(history) == [("", "evidence", "")]
    told.seen().gate("passed", gate="tag owner").gate("passed")
    assert waiting(history) == []


def held_version(history: History):
    told = {"waiting_for": "hold", "reason": "Held by ada@contoso.com: complaints"}
    return history.promotion().tells("waiting", "prod", **told)


HELD = ("prod", "hold", "ada@contoso.com")


@pytest.mark.parametrize(
    ("place", "waits"),
    [
        ({"route": "taxi", "stage": "prod"}, False),
        ({}, False),
        ({"route": "taxi", "stage": "qa"}, True),
        ({"route": "fraud", "stage": "prod"}, True),
    ],
)
def test_a_held_version_waits_until_its_place_or_everything_is_resumed(place, waits):
    history = History()
    history.tells("held", **place)
    held_version(history)
    history.tells("resumed", **place)
    assert waiting(history) == ([HELD] if waits else [])


def test_a_hold_from_before_the_time_range_still_counts():
    history = History()
    held_version(history)
    assert waiting(history) == [HELD]


def test_a_place_that_is_held_again_is_held():
    history = History()
    held_version(history)
    history.tells("resumed", route="taxi", stage="prod").tells("held", route="taxi", stage="prod")
    assert waiting(history) == [HELD]


@pytest.mark.parametrize(("kind", "minutes", "waits"), [("window", 9, True), ("soak", 11, False)])
def test_a_window_and_a_soak_end_by_themselves(kind, minutes, waits):
    history = History()
    until = (history.now + timedelta(minutes=10)).isoformat()
    told = history.promotion().tells("waiting", "prod", waiting_for=kind, until=until)
    told.after(minutes=minutes)
    assert waiting(history) == ([("prod", kind, "")] if waits else [])


def test_a_wait_for_another_delivery_is_over_when_it_is_recorded():
    history = History()
    history.promotion().tells("waiting", "prod", waiting_for="lock")
    assert waiting(history) == []


def test_an_inconclusive_check_waits_until_the_rollout_goes_on():
    history = History()
    told = (
        history.promotion().shifts("prod", 5).tells("waiting", "prod", waiting_for="verification")
    )
    told.tells("verified", "prod", outcome="inconclusive").tells("smoke_tested", "prod")
    assert waiting(history) == [("prod", "verification", "")]
    told.shifts("prod", 50)
    assert waiting(history) == []


def test_stages_side_by_side_wait_each_for_themselves():
    history = History()
    told = asked(history).tells("approval_requested", "eu", by="eve", quorum="1")
    told.tells("approved", "prod", by="ada").tells("deploying", "prod")
    assert waiting(history) == [("eu", "approval", "eve")]
    assert waiting(history, stage="prod") == []


def test_a_decision_that_came_too_late_ends_no_wait():
    history = History()
    told = asked(history).tells("approved", "prod", by="ada")
    told.tells("waiting", "prod", waiting_for="window").tells("decision_ignored", "prod", by="bob")
    assert waiting(history) == [("prod", "window", "")]


@pytest.mark.parametrize("beside", ["notice_sent", "written_back", "something_new"])
def test_what_only_concerns_a_promotion_ends_no_wait(beside):
    history = History()
    asked(history).tells(beside, "prod")
    assert waiting(history) == [FOR_APPROVAL]


def test_a_hold_from_an_earlier_time_does_not_end_this_one():
    history = History()
    history.tells("held", route="taxi", stage="prod").tells("resumed", route="taxi", stage="prod")
    held_version(history)  # a rollback holds first, and says so in the end
    assert waiting(history) == [HELD]


def test_a_stage_that_ended_beside_others_does_not_wait_any_more():
    history = History()
    told = asked(history).tells("approval_requested", "eu", by="eve", quorum="1")
    told.tells("stage_ended", "prod", outcome="superseded", going_on="eu")
    assert waiting(history) == [("eu", "approval", "eve")]
