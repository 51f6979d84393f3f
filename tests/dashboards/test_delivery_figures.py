"""Lead time, phases, the four keys, what serves."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from dashboards.history import BEGINNING, History
from dashboards.workspace import all_recorded, recorded, the_recorded_workspace

LEDGER = json.loads((Path(__file__).parent / "ledger.json").read_text(encoding="utf-8"))
"""By endpoint, what the stand-in for Azure saw of the traffic."""
HOUR = 3600


def had(endpoint: str, at_least: int) -> set[str]:
    """Deployments that had so much of the traffic at some time, as Azure saw it."""
    states = LEDGER[endpoint]
    return {name for state in states for name, share in state.items() if share >= at_least}


def moment(row) -> datetime:
    return datetime.fromisoformat(row["TimeGenerated"])


def seconds(answer, name: str) -> list[int | None]:
    return [None if row[name] is None else round(row[name]) for row in answer]


# -- what serves


def test_what_serves_is_what_azure_saw_last():
    served: dict[str, dict[str, float]] = {}
    for row in the_recorded_workspace().ask("what-serves"):
        served.setdefault(row["place"], {})[row["deployment"]] = row["traffic"]
    for endpoint, states in LEDGER.items():
        if last := {name: share for name, share in states[-1].items() if share}:
            assert served[endpoint] == last


def test_a_canary_is_seen_beside_what_served_before():
    history = History()
    history.promotion("1").serves("prod").tells("succeeded")
    history.promotion("2").shifts("prod", 5, after='{"taxi-1": 95, "taxi-2": 5}')
    answer = history.workspace().ask("what-serves")
    assert [(row["version"], row["traffic"]) for row in answer] == [("1", 95), ("2", 5)]


def test_what_stands_without_traffic_does_not_serve():
    history = History()
    history.promotion("2").shifts("prod", after='{"taxi-1": 0, "taxi-2": 100}')
    assert [row["version"] for row in history.workspace().ask("what-serves")] == ["2"]


def test_an_endpoint_whose_first_version_was_taken_back_serves_nothing():
    history = History()
    history.promotion("1").serves("prod").undone("prod").taken_back("prod")
    assert history.workspace().ask("what-serves") == []


def test_after_a_rollback_by_hand_the_version_is_that_of_its_own_promotion():
    (row,) = the_recorded_workspace().ask("what-serves", route="rollback-after")
    assert row["version"] == "1"
    assert row["promotion_id"].startswith("rollback-after-rollback-after-1-")
    back = [one for one in recorded("rollback-after") if one["Name"].endswith("traffic_shifted")]
    assert row["since"].isoformat() in back[-1]["TimeGenerated"]


def test_a_version_for_kubernetes_is_registered_only_on_its_way_to_the_endpoint():
    history = History()
    history.promotion().tells("registered", "prod", workspace="mlw").serves("prod")
    (row,) = history.workspace().ask("what-serves")
    assert row["place"] == "fares-prod"


def test_what_was_handed_over_serves_when_its_run_ended_well():
    history = History()
    history.promotion("1").tells("handover_ended", "prod", pipeline="p", outcome="succeeded")
    history.promotion("2").tells("handover_ended", "prod", pipeline="p", reason="It failed.")
    (row,) = history.workspace().ask("what-serves")
    assert (row["version"], row["place"]) == ("1", "p")


# -- lead time


@pytest.mark.parametrize("story", ["canary", "hold", "rollback-after", "rollback-before", "shadow"])
def test_versions_with_a_lead_time_are_those_that_azure_gave_all_traffic(story):
    (row,) = the_recorded_workspace().ask("lead-time", route=story)
    assert row["versions"] == len(had(story, 100))


def test_lead_time_is_from_registration_to_all_traffic():
    rows = recorded("taxi-fare")
    (row,) = the_recorded_workspace().ask("lead-time", route="taxi-fare")
    lead: dict[str, float] = {}
    for one in rows:
        told = one["Properties"]
        if one["Name"] == "promotion.traffic_shifted":
            (seen,) = [
                two["Properties"]["registered_at"]
                for two in rows
                if two["Name"] == "promotion.evidence"
                and two["Properties"]["promotion_id"] == told["promotion_id"]
            ]
            lead[told["version"]] = (moment(one) - datetime.fromisoformat(seen)).total_seconds()
    assert row["longest_s"] == pytest.approx(max(lead.values()))
    assert row["p50_s"] == pytest.approx(min(lead.values()))


def test_each_stage_has_its_own_lead_time_also_of_stages_side_by_side():
    history = History()
    told = history.promotion().seen(before=100)
    told.serves("qa").after(hours=1).serves("eu", "us")
    answer = history.workspace().ask("lead-time")
    assert [row["stage"] for row in answer] == ["eu", "qa", "us"]
    assert seconds(answer, "p50_s") == [103 + 2 + HOUR, 103, 103 + 4 + HOUR]


def test_a_rerun_counts_from_the_same_registration():
    history = History()
    history.promotion().seen(before=100).taken_back("prod")
    again = history.promotion(run="-2").after(days=1)
    again.tells("evidence", registered_at=BEGINNING.isoformat()).serves("prod")
    (row,) = history.workspace().ask("lead-time")
    assert (row["versions"], row["p50_s"] > 24 * HOUR) == (1, True)


def test_what_was_taken_back_with_all_traffic_never_served():
    history = History()
    history.promotion().seen().serves("prod").undone("prod").taken_back("prod")
    assert history.workspace().ask("lead-time") == []


def test_a_version_serves_when_it_has_all_traffic_and_not_some():
    history = History()
    history.promotion().seen(before=100).shifts("prod", 50).after(hours=1).shifts("prod")
    assert seconds(history.workspace().ask("lead-time"), "p50_s") == [100 + 3 + HOUR]


def test_a_version_for_kubernetes_does_not_serve_when_it_is_only_registered():
    history = History()
    told = history.promotion().seen().tells("registered", "prod").tells("deploying", "prod")
    told.taken_back("prod")
    assert history.workspace().ask("lead-time") == []
    assert history.workspace().ask("four-keys") == []


def test_without_a_known_registration_a_version_counts_and_its_lead_time_is_not_known():
    history = History()
    history.promotion().tells("evidence").serves("prod")
    (row,) = history.workspace().ask("lead-time")
    assert (row["versions"], row["p50_s"], row["longest_s"]) == (1, None, None)


# -- where the time goes


def test_phases_add_up_to_the_time_that_promotions_took():
    took: dict[str, list[datetime]] = {}
    late = ("retired", "duplicate", "notice_sent")
    for row in all_recorded():
        told, fact = row["Properties"], row["Name"].removeprefix("promotion.")
        if fact not in late and told.get("code") != "RolledBackByHand" and "-" in _id(row):
            took.setdefault(_id(row), []).append(moment(row))
    whole = sum((max(times) - min(times)).total_seconds() for times in took.values())
    answer = the_recorded_workspace().ask("where-the-time-goes")
    assert sum(row["total_s"] for row in answer) == pytest.approx(whole)


def _id(row) -> str:
    return str(row["Properties"].get("promotion_id", ""))


def phases(history: History, **wanted: str) -> dict[tuple[str, str], int]:
    answer = history.workspace().ask("where-the-time-goes", **wanted)
    return {(row["stage"], row["phase"]): round(row["total_s"]) for row in answer}


def test_every_phase_gets_its_own_time():
    history = History()
    told = history.promotion().after(seconds=1).seen().gate("passed")
    told.after(seconds=19).tells("copied")
    told.tells("approval_requested", "prod").after(hours=2).tells("approved", "prod", by="bob")
    told.tells("waiting", "prod", waiting_for="window").after(hours=5)
    told.tells("deploying", "prod").after(seconds=599).tells("deployed", "prod")
    told.after(seconds=29).tells("smoke_tested", "prod")
    told.after(seconds=9).shifts("prod").tells("succeeded")
    assert phases(history) == {
        ("", "gates"): 3,
        ("", "copying"): 20,
        ("prod", "other"): 2,
        ("prod", "waiting_for_people"): 2 * HOUR + 1,
        ("prod", "waiting_for_time"): 5 * HOUR + 1,
        ("prod", "deploying"): 600,
        ("prod", "verifying"): 30,
        ("prod", "shifting"): 10,
        ("", "other"): 1,
    }


def test_a_gate_that_holds_the_version_waits_for_evidence_and_a_person_who_does_for_people():
    history = History()
    told = history.promotion().seen().gate("inconclusive")
    told.tells("waiting", waiting_for="hold", reason="rmse is missing.").after(hours=1)
    told.seen().gate("inconclusive").after(hours=1).seen().gate("passed").tells("copied")
    told.tells("waiting", "prod", waiting_for="hold", reason="Held by ada: stop").after(hours=3)
    told.tells("deploying", "prod")
    answer = phases(history)
    assert answer["", "waiting_for_evidence"] == 2 * HOUR + 2
    assert answer["prod", "waiting_for_people"] == 3 * HOUR + 1


def test_stages_side_by_side_each_take_their_time():
    history = History()
    told = history.promotion().tells("copied")
    told.tells("deploying", "eu").tells("deploying", "us").after(seconds=98)
    told.tells("deployed", "eu").tells("deployed", "us")
    assert phases(history)["eu", "deploying"] == 1 + 100
    assert phases(history, stage="us") == {("us", "deploying"): 1 + 100}


def test_looks_at_a_stage_while_it_soaks_are_part_of_the_soak():
    history = History()
    told = history.promotion().serves("qa").tells("waiting", "prod", waiting_for="soak")
    told.after(hours=1).tells("smoke_tested", "qa").after(hours=1).tells("smoke_tested", "qa")
    told.tells("deploying", "prod")
    answer = phases(history)
    assert answer["prod", "waiting_for_time"] == 2 * HOUR + 3
    assert ("qa", "verifying") not in answer


def test_a_notice_takes_no_time_of_a_promotion():
    history = History()
    told = history.promotion().tells("copied").tells("approval_requested", "prod")
    told.after(minutes=1).tells("notice_sent", "prod").after(minutes=1).tells("approved", "prod")
    assert phases(history)["prod", "waiting_for_people"] == 122


def test_the_wait_for_another_delivery_ends_with_its_record():
    history = History()
    told = history.promotion().tells("copied").after(seconds=59)
    told.tells("waiting", "prod", waiting_for="lock").tells("deploying", "prod")
    assert phases(history)["prod", "waiting_for_turn"] == 60


# -- the four keys


@pytest.mark.parametrize("story", ["canary", "hold", "rollback-after", "rollback-during", "shadow"])
def test_deployments_are_those_that_azure_gave_any_traffic(story):
    (row,) = the_recorded_workspace().ask("four-keys", route=story)
    assert row["deployments"] == len(had(story, 1))


def test_change_failures_are_those_that_had_users_and_were_taken_back():
    answer = the_recorded_workspace().ask("four-keys")
    failed = {row["route"]: row["change_failures"] for row in answer if row["change_failures"]}
    assert failed == dict.fromkeys(
        ["canary", "rollback-after", "rollback-before", "rollback-during"], 1
    )


def test_a_version_that_nobody_met_is_no_deployment_and_no_change_failure():
    (row,) = the_recorded_workspace().ask("four-keys", route="taxi-fare")
    assert (row["deployments"], row["change_failures"]) == (2, 0)


def test_a_rollback_by_hand_later_counts_in_the_week_of_its_deployment():
    history = History()
    bad = history.promotion("1").seen(before=60).serves("prod").tells("succeeded")
    history.promotion("2").after(days=8).serves("prod").tells("succeeded")
    bad.after(days=1).rolled_back_by_hand("prod")
    first, second = history.workspace().ask("four-keys")
    assert (first["deployments"], first["change_failure_rate"]) == (1, 100)
    assert round(first["time_to_restore_p50_s"]) == 9 * 24 * HOUR + 6
    assert (second["deployments"], second["change_failure_rate"]) == (1, 0)
    assert [row["week"].isoformat()[:10] for row in (first, second)] == ["2026-03-01", "2026-03-08"]


def test_time_to_restore_is_from_the_first_share_of_traffic_to_the_last():
    history = History()
    told = history.promotion().shifts("prod", 5).after(seconds=59).shifts("prod", 50)
    told.after(seconds=39).undone("prod").taken_back("prod")
    (row,) = history.workspace().ask("four-keys")
    assert (row["change_failures"], round(row["time_to_restore_p50_s"])) == (1, 100)
    assert row["lead_time_p50_s"] is None


def test_a_version_that_served_already_is_no_new_deployment():
    history = History()
    history.promotion(run="-2").tells("deploying", "prod").tells("deployed", "prod")
    assert history.workspace().ask("four-keys") == []


def test_no_stage_has_more_change_failures_than_deployments():
    for row in the_recorded_workspace().ask("four-keys"):
        assert 0 <= row["change_failures"] <= row["deployments"]


@pytest.mark.parametrize(("how", "query"), [("rolled_back", "rollbacks"), ("failed", "failures")])
def test_a_stage_that_ends_beside_others_counts_at_once_and_not_again(how, query):
    history = History()
    told = history.promotion().serves("us").tells("stage_ended", "us", outcome=how, code="No")
    (early,) = history.workspace().ask(query)
    told.after(hours=72).tells(how, "us", code="No", ended_at="2026-03-04T10:00:00Z")
    assert history.workspace().ask(query) == [early]


def test_a_rollback_by_hand_that_failed_is_a_failure_and_somebodys_decision():
    history = History()
    history.promotion(actor="ada").tells("rollback_failed", "prod", code="OutOfQuota")
    (row,) = history.workspace().ask("failures")
    assert (row["what"], row["code"]) == ("rollback_failed", "OutOfQuota")
    decisions = {row["decision"]: row["who"] for row in history.workspace().ask("decisions")}
    assert decisions["rollback_failed"] == "ada"


def test_the_traffic_of_what_was_deployed_before_the_time_range_is_not_known():
    history = History()
    history.promotion("1").rolled_back_by_hand("prod")
    history.promotion("2").tells("deploying", "prod").taken_back("prod")
    rows = {row["version"]: row["traffic"] for row in history.workspace().ask("rollbacks")}
    assert rows == {"1": None, "2": 0}
