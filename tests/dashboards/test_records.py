"""Events, people, one promotion's timeline; and what must be true of every query."""

from collections import Counter
from datetime import datetime

import pytest
from dashboards.history import History
from dashboards.workspace import Workspace, all_recorded, recorded, the_recorded_workspace

from promotion.report.queries import queries

QUERIES = queries()

NAMES = pytest.mark.parametrize("name", QUERIES)


@NAMES
def test_records_that_stand_there_twice_count_once(name):
    rows = recorded("rollback-before")
    late = [row | {"TimeGenerated": "2100-01-01T00:00:00.000000+00:00"} for row in rows]
    assert _rounded(Workspace([*late, *rows]).ask(name)) == _rounded(Workspace(rows).ask(name))


def _rounded(answer):
    """Sums of fractions differ in their last digit, whatever the order of the rows is."""
    return [
        {key: round(value, 6) if isinstance(value, float) else value for key, value in row.items()}
        for row in answer
    ]


@NAMES
def test_an_empty_table_answers_nothing(name):
    assert Workspace([]).ask(name) == []


@NAMES
@pytest.mark.parametrize(
    "kept", [(), ("promotion_id",), ("promotion_id", "stage", "route")], ids=str
)
def test_records_without_their_properties_break_nothing(name, kept):
    every_kind = {row["Name"]: row for row in all_recorded()}.values()
    rows = [_with_only(row, ("record_id", *kept)) for row in every_kind]
    Workspace(rows, History().now).ask(name)


def test_records_of_somebody_else_without_an_id_are_one_at_most():
    bare = [_with_only(row, ()) for row in all_recorded()]
    assert len(Workspace(bare).ask("duplicates-and-ignored")) <= 1


def _with_only(row, kept):
    told = {key: value for key, value in row["Properties"].items() if key in kept}
    return row | {"Properties": told, "Measurements": {}}


@NAMES
def test_events_of_others_change_nothing(name):
    other = {"TimeGenerated": "2026-03-04T09:00:00.000000+00:00", "Name": "sale.closed"}
    other |= {"Properties": {"record_id": "x"}, "Measurements": {}}
    assert Workspace([other]).ask(name) == []


@NAMES
def test_a_route_that_there_is_not_has_no_answer_but_events_that_concern_nobody(name):
    answer = the_recorded_workspace().ask(name, route="no-such-route")
    assert [row["what"] for row in answer] == (
        ["ignored"] if name == "duplicates-and-ignored" else []
    )


def test_duplicates_and_ignored_events_are_those_of_the_story():
    answer = the_recorded_workspace().ask("duplicates-and-ignored")
    told = {row["what"]: (row["deliveries"], row["events"]) for row in answer}
    assert told == {"duplicate": (2, 1), "ignored": (1, 1)}


def test_intake_is_measured_for_every_registration():
    begun = [row for row in recorded("taxi-fare") if row["Name"] == "promotion.requested"]
    seen = {
        row["Properties"]["promotion_id"]: row["Properties"]["registered_at"]
        for row in recorded("taxi-fare")
        if row["Name"] == "promotion.evidence"
    }
    delays = sorted(
        datetime.fromisoformat(row["TimeGenerated"]).timestamp()
        - datetime.fromisoformat(seen[row["Properties"]["promotion_id"]]).timestamp()
        for row in begun
    )
    (row,) = the_recorded_workspace().ask("intake-delay", route="taxi-fare")
    assert row["promotions"] == len(begun)
    assert row["longest_s"] == pytest.approx(delays[-1], abs=1e-5)
    assert row["p50_s"] == pytest.approx(delays[len(delays) // 2], abs=1e-5)


def test_what_a_person_asks_for_has_no_intake():
    history = History()
    history.promotion(actor="ada@contoso.com").seen()
    assert history.workspace().ask("intake-delay") == []


def test_a_timeline_has_every_record_of_the_promotion_in_order():
    rows = recorded("rollback-after")
    (back,) = [row for row in rows if row["Name"] == "promotion.rolled_back"]
    promotion = back["Properties"]["promotion_id"]
    wanted = [row for row in rows if row["Properties"].get("promotion_id") == promotion]
    answer = the_recorded_workspace().ask("timeline", promotion=promotion)
    facts = [row["Name"].removeprefix("promotion.") for row in wanted]
    assert [row["fact"] for row in answer] == facts
    assert facts[-1] == "rolled_back"
    assert answer[-1]["by_whom"] == "ada@contoso.com"


def test_a_timeline_says_what_how_long_and_why():
    history = History()
    told = history.promotion().gate("failed")
    told.after(seconds=57).tells("copied", numbers={"duration_ms": 1500}, asset_id="azureml://m")
    first, gate, copied = history.workspace().ask("timeline", promotion=told.id)
    assert (first["fact"], first["by_whom"], first["after_s"]) == ("requested", "event-grid", 0)
    assert (gate["what"], gate["outcome"], gate["reason"]) == (
        "metric rmse",
        "failed",
        "rmse failed.",
    )
    assert (copied["what"], copied["took_s"], copied["after_s"]) == ("azureml://m", 1.5, 59)


def test_decisions_are_those_that_people_made_in_the_stories():
    told = Counter((row["who"], row["decision"]) for row in _decisions())
    names = Counter(row["Name"].removeprefix("promotion.") for row in _once())
    assert told["ada@contoso.com", "stopped"] == 1
    assert told["ada@contoso.com", "rolled_back"] == 2
    for decision in ("approved", "decision_refused", "held", "resumed", "cancelled"):
        counted = sum(count for (_, made), count in told.items() if made == decision)
        assert counted == names[decision] > 0
    assert all(who for who, _ in told)


def _decisions():
    return the_recorded_workspace().ask("decisions")


def _once():
    return {row["Properties"]["record_id"]: row for row in all_recorded()}.values()


def test_a_bypassed_gate_is_told_with_who_asked_for_it():
    history = History()
    history.promotion(actor="ada", bypassed="metric rmse", reason="It is urgent.").seen()
    history.promotion("2", actor="bob", reason="Once more.")
    told = [
        (row["who"], row["decision"], row["what"]) for row in history.workspace().ask("decisions")
    ]
    assert told == [("bob", "requested", ""), ("ada", "bypassed", "metric rmse")]


def test_decisions_about_everything_are_shown_for_every_stage():
    history = History()
    history.tells("held", place="everything", actor="ada").promotion().tells("approved", "qa")
    told = history.workspace().ask("decisions", stage="prod", route="taxi")
    assert [row["what"] for row in told] == ["everything"]
