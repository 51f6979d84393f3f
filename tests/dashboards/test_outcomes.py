"""How promotions end, why gates refuse, what fails, what is rolled back."""

from collections import Counter

import pytest
from dashboards.history import History
from dashboards.workspace import STORIES, Workspace, all_recorded, recorded, the_recorded_workspace

ENDS = ("succeeded", "rejected", "rolled_back", "failed", "cancelled", "superseded")


def outcomes(history: History, **wanted: str) -> dict[str, int]:
    answer = history.workspace().ask("promotions-by-outcome", **wanted)
    return {row["outcome"]: row["promotions"] for row in answer}


def by_hand(told) -> bool:
    return told.get("code") == "RolledBackByHand"


def ends_in(rows) -> dict[str, str]:
    """By promotion, how it ended, counted without KQL."""
    ended: dict[str, str] = {}
    for row in rows:
        fact, told = row["Name"].removeprefix("promotion."), row["Properties"]
        if fact in ENDS and not by_hand(told):
            ended.setdefault(told["promotion_id"], fact)
        elif by_hand(told):
            ended[told["promotion_id"]] = "rolled_back_later"
    return ended


@pytest.mark.parametrize("story", STORIES)
def test_the_outcomes_of_a_story_are_those_that_its_records_end_with(story):
    answer = Workspace(recorded(story)).ask("promotions-by-outcome")
    counted = Counter(ends_in(recorded(story)).values())
    assert {row["outcome"]: row["promotions"] for row in answer} == counted
    assert counted


def test_the_taxi_fare_story_ends_as_it_is_told():
    answer = the_recorded_workspace().ask("promotions-by-outcome", route="taxi-fare")
    told = {row["outcome"]: row["promotions"] for row in answer}
    assert told == {"succeeded": 2, "rejected": 1, "rolled_back": 2}


def test_a_rerun_is_a_promotion_of_its_own():
    history = History()
    history.promotion().tells("rejected", code="GateFailed")
    history.promotion(run="-2", actor="ada@contoso.com").tells("succeeded")
    assert outcomes(history) == {"rejected": 1, "succeeded": 1}


def test_what_has_not_ended_is_under_way_on_the_day_on_which_it_began():
    history = History()
    history.promotion().seen().after(days=3).tells("approval_requested", "prod")
    (row,) = history.workspace().ask("promotions-by-outcome")
    assert (row["outcome"], f"{row['day']:%Y-%m-%d}") == ("under_way", "2026-03-04")


def test_what_ended_counts_on_the_day_on_which_it_did():
    history = History()
    history.promotion().after(days=3).tells("succeeded")
    (row,) = history.workspace().ask("promotions-by-outcome")
    assert f"{row['day']:%Y-%m-%d}" == "2026-03-07"


def test_stages_that_fail_side_by_side_are_one_promotion_that_ends_as_the_first():
    history = History()
    history.promotion().taken_back("eu").tells("rejected", "us", code="GateFailed")
    assert outcomes(history) == {"rolled_back": 1}


def test_a_success_that_somebody_took_back_is_told_apart():
    history = History()
    history.promotion().serves("prod").tells("succeeded").rolled_back_by_hand("prod")
    assert outcomes(history) == {"rolled_back_later": 1}


def test_a_stage_that_is_rolled_back_by_hand_does_not_end_the_promotion():
    history = History()
    told = history.promotion().serves("qa").tells("approval_requested", "prod", by="bob")
    told.rolled_back_by_hand("qa")
    assert outcomes(history) == {"under_way": 1}
    assert [row["whom"] for row in history.workspace().ask("waiting-now")] == ["bob"]


@pytest.mark.parametrize("late", ["retired", "kept", "duplicate", "notice_sent", "written_back"])
def test_what_follows_an_end_that_lies_before_the_time_range_counts_for_nothing(late):
    history = History()
    history.promotion().tells(late, "prod")
    del history.rows[0]
    assert outcomes(history) == {}


def test_with_a_stage_only_promotions_count_that_came_there():
    history = History()
    history.promotion("1").tells("rejected", code="GateFailed")
    history.promotion("2").serves("qa").taken_back("prod")
    history.promotion("3").serves("qa").tells("approval_requested", "prod")
    assert outcomes(history, stage="prod") == {"rolled_back": 1, "under_way": 1}


def test_a_rollback_by_hand_is_no_promotion():
    history = History()
    history.tells("traffic_shifted", promotion_id="1488e240e32f40bbbb39040bdb11f856", route="taxi")
    assert outcomes(history) == {}


def test_refusals_are_counted_by_gate_with_the_last_reason():
    history = History()
    for version in ("1", "2"):
        history.promotion(version).gate("failed").gate("passed", gate="tag owner").tells(
            "rejected", code="GateFailed"
        )
    (row,) = history.workspace().ask("refusals")
    assert (row["gate"], row["outcome"], row["refusals"]) == ("metric rmse", "failed", 2)
    assert row["last_reason"] == "rmse failed."
    assert row["last_promotion"] == "taxi-taxi-2-00000002"


def test_of_a_gate_that_was_asked_again_the_last_answer_counts():
    history = History()
    told = history.promotion().gate("inconclusive").gate("failed", gate="tag owner")
    told.gate("passed").gate("inconclusive", gate="tag owner").tells("rejected", code="GateFailed")
    (row,) = history.workspace().ask("refusals")
    assert (row["gate"], row["outcome"]) == ("tag owner", "inconclusive")


def test_a_gate_that_only_warns_refuses_nothing():
    history = History()
    told = history.promotion().tells("gate_evaluated", gate="a", mode="warn", outcome="failed")
    told.gate("failed").tells("rejected", code="GateFailed")
    assert [row["gate"] for row in history.workspace().ask("refusals")] == ["metric rmse"]


def test_a_refused_approval_is_a_refusal_too():
    (row,) = the_recorded_workspace().ask("refusals", route="no-approval")
    assert (row["gate"], row["stage"], row["refusals"]) == ("ApprovalRejected", "prod", 1)


def test_failures_are_those_that_the_records_end_with():
    codes = Counter(
        (row["Properties"]["code"], row["Name"].removeprefix("promotion."))
        for row in all_recorded()
        if row["Name"] in ("promotion.failed", "promotion.rolled_back")
    )
    wanted = ("TakenBack", "RolledBackByHand")
    unwanted = {code: count for code, count in codes.items() if code[0] not in wanted}
    answer = the_recorded_workspace().ask("failures")
    assert {(row["code"], row["what"]): row["failures"] for row in answer} == unwanted
    assert unwanted["OutOfQuota", "rolled_back"] == 1


def test_a_failure_says_where_and_what_helps():
    history = History()
    history.promotion("1").taken_back("qa", code="")
    history.promotion("2").taken_back("prod", code="")
    (row,) = history.workspace().ask("failures")
    assert (row["code"], row["failures"], row["promotions"]) == ("(none)", 2, 2)
    assert (row["last_where"], row["last_remedy"]) == ("prod", "Do.")


def test_stages_that_fail_alike_are_failures_of_one_promotion():
    history = History()
    history.promotion().taken_back("eu").taken_back("us")
    (row,) = history.workspace().ask("failures")
    assert (row["failures"], row["promotions"]) == (2, 1)


def test_rollbacks_say_who_or_what_and_how_much_traffic_there_had_been():
    answer = the_recorded_workspace().ask("rollbacks")
    told = {(row["model"], row["version"]): (row["how"], row["traffic"]) for row in answer}
    assert told == {
        ("taxi-model", "3"): ("automatic", 0),
        ("taxi-model", "4"): ("automatic", 0),
        ("canary", "2"): ("automatic", 25),
        ("shadow", "2"): ("automatic", 0),
        ("batch", "2"): ("automatic", 0),
        ("rollback-during", "2"): ("stopped", 50),
        ("rollback-before", "2"): ("by_hand", 100),
        ("rollback-after", "2"): ("by_hand", 100),
    }
