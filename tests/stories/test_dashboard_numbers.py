"""An operator may believe the dashboard: after forty promotions its numbers are those that can be
counted without the audit records, from what Azure has seen and what people did.

`forty/script.py` tells what happens, `forty/counting.py` counts it from the far side.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dashboards.paths import faults
from dashboards.workspace import Row, Workspace
from stories.forty.counting import Counted
from stories.forty.people import Town
from stories.forty.policy import APPROVER, PLACES, ROUTES, SEED, Place, model_of, places_of, written
from stories.forty.script import play
from stories.service import Service

from local import taxi
from local.cloud import LocalCloud

type Stage = tuple[str, str]
"""A route, and one of its stages."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The service and its people, after all has happened."""
    directory: Path = tmp_path_factory.mktemp("forty")
    with LocalCloud(directory, policy=written(directory / "team")) as cloud:
        cloud.control.post("/_emulator/seed", json=SEED)
        town = Town(Service(cloud))
        play(town)
        yield town


@pytest.fixture(scope="module")
def counted(town: Town) -> Counted:
    """What can be known without the audit records."""
    return Counted(town)


@pytest.fixture(scope="module")
def dashboard(town: Town) -> Workspace:
    """What the dashboard has to go by, which is the audit records alone."""
    return Workspace(town.service.cloud.audit(), datetime.now(UTC))


def at_stages(answer: list[Row], column: str) -> Counter[Stage]:
    """That column by route and stage, over all weeks."""
    found = Counter[Stage]()
    for row in answer:
        found[row["route"], row["stage"]] += row[column]
    return found


def at_places(versions: Callable[[Place], Collection[str]]) -> Counter[Stage]:
    """How many versions those are, by route and stage."""
    return Counter({(place.route, place.stage): len(versions(place)) for place in PLACES})


def outcomes(answer: list[Row]) -> Counter[str]:
    """Promotions by outcome, over all days."""
    found = Counter[str]()
    for row in answer:
        found[row["outcome"]] += row["promotions"]
    return found


def columns(answer: list[Row], *names: str) -> Counter[tuple[object, ...]]:
    """Those columns of all rows."""
    return Counter(tuple(row[name] for name in names) for row in answer)


def test_the_history_has_forty_promotions_with_every_kind_of_ending(counted):
    assert counted.begun() == 40
    assert counted.endings() == {
        "succeeded": 17,
        "rolled_back_later": 2,
        "rolled_back": 5,
        "rejected": 7,
        "failed": 3,
        "cancelled": 2,
        "superseded": 2,
        "under_way": 2,
    }


def test_no_record_is_lost_or_doubled_whatever_happens(town, counted):
    found = [re.sub(r"-[0-9a-f]{8}:", ":", one) for one in faults(town.service.cloud.audit())]
    waiting = [(route, version) for route, version, *_ in counted.waiting()]
    assert sorted(found) == sorted(
        f"{route}-{model_of(route)}-{version}: it does not end" for route, version in waiting
    )


def test_as_many_promotions_are_shown_as_events_and_people_began(counted, dashboard):
    assert outcomes(dashboard.ask("promotions-by-outcome")).total() == counted.begun()


@pytest.mark.parametrize("route", ROUTES)
def test_promotions_of_a_route_end_as_azure_and_people_saw_them_end(counted, dashboard, route):
    answer = dashboard.ask("promotions-by-outcome", route=route)
    assert outcomes(answer) == counted.endings(route)
    listed = dashboard.ask("promotions", route=route)
    assert Counter(row["outcome"] for row in listed) == counted.endings(route)


@pytest.mark.parametrize("route", ROUTES)
def test_what_came_to_a_first_stage_is_what_the_registry_has_a_copy_of(counted, dashboard, route):
    stage = places_of(route)[0].stage
    answer = dashboard.ask("promotions-by-outcome", route=route, stage=stage)
    copied = filter(counted.promotions.was_copied, counted.runs)
    assert outcomes(answer).total() == sum(run.route == route for run in copied)


def test_what_serves_is_what_azure_gives_the_traffic_to(counted, dashboard):
    answer = dashboard.ask("what-serves")
    assert columns(
        answer, "route", "stage", "model", "version", "workspace", "traffic", "place"
    ) == Counter(
        (place.route, place.stage, model_of(place.route), version, place.workspace, *shown)
        for place in PLACES
        for version, share in counted.azure.serving(place).items()
        # Where there is no endpoint there is no traffic to share.
        for shown in [(share, place.route) if place.has_endpoint else (None, place.workspace)]
    )


def test_deployments_are_the_versions_that_azure_ever_gave_traffic_to(counted, dashboard):
    shown = at_stages(dashboard.ask("four-keys"), "deployments")
    assert shown == at_places(counted.azure.reached)


def test_change_failures_are_the_versions_whose_traffic_went_back_to_an_older_one(
    counted, dashboard
):
    shown = at_stages(dashboard.ask("four-keys"), "change_failures")
    assert shown == at_places(counted.azure.lost_to_older)
    assert shown.total() == 5


def test_versions_with_a_lead_time_are_those_that_azure_ever_gave_all_traffic_to(
    counted, dashboard
):
    shown = at_stages(dashboard.ask("lead-time"), "versions")
    assert shown == at_places(counted.azure.served)


def test_the_longest_lead_time_is_not_shorter_than_azure_took_and_not_longer_than_the_history(
    counted, dashboard
):
    since = min(run.at for run in counted.runs)
    for row in dashboard.ask("lead-time"):
        (place,) = (one for one in places_of(row["route"]) if one.stage == row["stage"])
        took = [
            served - counted.azure.registered_at(model_of(place.route), version)
            for version, served in counted.azure.served(place).items()
        ]
        assert max(took) <= timedelta(seconds=row["longest_s"]) <= datetime.now(UTC) - since


def test_rollbacks_are_the_deployments_that_were_removed_and_what_people_sent_back(
    counted, dashboard
):
    answer = dashboard.ask("rollbacks")
    assert columns(answer, "route", "stage", "version", "how", "traffic") == Counter(
        (one.place.route, one.place.stage, one.version, one.how, one.most)
        for one in counted.rollbacks()
    )
    hows = {"automatic": 4, "by_hand": 2, "stopped": 1}
    assert Counter(row["how"] for row in answer) == hows


def test_refusals_are_what_the_policy_has_against_figures_and_tags_and_what_bob_rejected(
    counted, dashboard
):
    answer = dashboard.ask("refusals")
    shown = {
        (row["route"], row["stage"], row["gate"], row["outcome"]): row["refusals"] for row in answer
    }
    assert shown == Counter(
        (run.route, one.stage, one.gate, one.outcome)
        for run in counted.runs
        for one in counted.promotions.refusals(run)
    )


def test_what_a_gate_of_the_route_refuses_is_never_copied(counted):
    told = counted.promotions
    refused = [run for run in counted.runs if any(not one.stage for one in told.refusals(run))]
    assert len(refused) == 5
    assert not any(map(told.was_copied, refused))


def test_failures_are_the_errors_that_azure_gave_and_the_tests_that_failed(counted, dashboard):
    answer = dashboard.ask("failures")
    ended = filter(None, map(counted.promotions.failure, counted.runs))
    shown = {(row["code"], row["what"]): row["failures"] for row in answer}
    assert shown == Counter(ended)
    assert {(row["code"], row["what"]): row["promotions"] for row in answer} == shown


def test_what_waits_is_what_people_have_neither_decided_nor_let_go(counted, dashboard):
    answer = dashboard.ask("waiting-now")
    shown = columns(answer, "route", "version", "waiting_for", "whom")
    assert shown == Counter(counted.waiting())
    assert len(shown) == 2


def test_decisions_are_what_the_service_accepted_from_people(counted, dashboard):
    answer = dashboard.ask("decisions")
    shown = columns(answer, "who", "decision", "route", "version")
    assert shown == Counter(counted.decisions())


def test_a_bypass_is_shown_with_the_gate_that_somebody_left_out(counted, dashboard):
    answer = dashboard.ask("decisions")
    shown = [(row["who"], row["what"]) for row in answer if row["decision"] == "bypassed"]
    assert shown == [(deed.who, deed.bypassed) for deed in counted.deeds if deed.bypassed]


def test_what_was_said_about_a_decision_is_shown_once(dashboard):
    answer = dashboard.ask("decisions")
    said = [row["reason"] for row in answer if row["who"] == APPROVER]
    assert [reason.count("I looked at it.") for reason in said] == [1, 1, 1]


@pytest.mark.parametrize("what", ["duplicate", "ignored"])
def test_events_that_came_again_or_concern_nobody_are_those_that_event_grid_delivered(
    counted, dashboard, what
):
    rows = [row for row in dashboard.ask("duplicates-and-ignored") if row["what"] == what]
    came = {"duplicate": counted.duplicates, "ignored": counted.ignored}[what]()
    assert sum(row["events"] for row in rows) == len(came) > 0
    assert sum(row["deliveries"] for row in rows) == came.total()


def test_promotions_with_an_intake_delay_are_those_that_registrations_began(counted, dashboard):
    shown = sum(row["promotions"] for row in dashboard.ask("intake-delay"))
    exist = [run for run in counted.runs if counted.azure.registered_at(run.model, run.version)]
    assert shown == sum(run.by == "event-grid" for run in exist)


def test_deployments_in_timelines_are_those_that_azure_was_asked_for(counted, dashboard):
    asked = [row["what"] for row in dashboard.ask("timeline") if row["fact"] == "deploying"]
    assert Counter(asked) == counted.azure.deployed()


def test_smoke_tests_in_timelines_are_the_requests_that_deployments_got(counted, dashboard):
    tests = [row["what"] for row in dashboard.ask("timeline") if row["fact"] == "smoke_tested"]
    of_batch = [what for what in tests if what.startswith("batchjob-")]
    assert Counter(tests) - Counter(of_batch) == counted.azure.scored()
    assert len(of_batch) == 3


def test_shifts_in_timelines_are_as_many_as_azure_changed_its_traffic(counted, dashboard):
    shifts = [row["what"] for row in dashboard.ask("timeline") if row["fact"] == "traffic_shifted"]
    changes = {p.route: len(counted.azure.changes(p)) for p in PLACES if p.has_endpoint}
    assert Counter(what.rpartition("-")[0] for what in shifts) == Counter(changes)


def test_copies_in_timelines_are_of_what_the_registry_has(counted, dashboard):
    copies = [row["what"] for row in dashboard.ask("timeline") if row["fact"] == "copied"]
    assert Counter(copies) == Counter(
        f"azureml://registries/{taxi.REGISTRY}/models/{run.model}/versions/{run.version}"
        for run in counted.runs
        if counted.promotions.was_copied(run)
    )


def test_timelines_do_not_take_the_status_of_a_job_for_what_happened(dashboard):
    answer = dashboard.ask("timeline")
    assert {row["what"] for row in answer if row["fact"] == "evidence"} == {""}
