"""Figures of Azure Monitor, and what checks make of them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from contract.world import DEV, ERROR_403, PROD, a_smoke_test

from local import taxi
from promotion.azureml.monitor import read_minutes
from promotion.core.candidate import Candidate
from promotion.core.references import ModelVersion

METRICS = r"/providers/[Mm]icrosoft\.[Ii]nsights/metrics$"
LATENCY = {"RequestLatency_P95"}


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def ten_minutes(now):
    return now - timedelta(minutes=10), now


@pytest.fixture
def stage(world):
    """Version 2 beside version 1, of which Azure Monitor has figures."""
    world.serving("1")
    return world.standing("2", taxi.BETTER)


def known(world, metric: str, value: float, deployment: str = "taxi-model-2", **dimensions):
    """What Azure Monitor has of every minute."""
    figure = {"metric": metric, "endpoint": "taxi-fare", "deployment": deployment, "value": value}
    world.http.put("/_emulator/metrics", json={"metrics": [figure | {"dimensions": dimensions}]})


def requests(world, count: float, status: str = "200", deployment: str = "taxi-model-2"):
    one = {"statusCode": status, "statusCodeClass": f"{status[0]}xx"}
    known(world, "RequestsPerMinute", count, deployment, **one)


def read(names, window, deployment: str = "taxi-model-2"):
    return read_minutes(PROD, "taxi-fare", deployment, names, window)


def looked(world, stage, now, check: dict, **more):
    moment = {
        "endpoint": "taxi-fare",
        "deployment": stage.target.deployment,
        "live": "taxi-model-1",
        "share": 25,
        "since": (now - timedelta(minutes=10)).isoformat(),
        "as_of": now.isoformat(),
    } | more.pop("moment", {})
    checks = [{"kind": "azure_metric", "metric": "RequestLatency_P95"} | check]
    return world.do("verify", stage=stage, checks=checks, moment=moment, **more)["findings"][0]


def test_requests_are_counted_by_class_and_latencies_by_minute(world, stage, ten_minutes):
    requests(world, 30)
    requests(world, 10, "424")
    known(world, "RequestLatency_P95", 120.0)
    found = read(LATENCY, ten_minutes)
    assert set(found.requests) == {"2xx", "4xx"}
    assert found.figure("ErrorRate", ten_minutes) == 25
    assert found.figure("RequestLatency_P95", ten_minutes) == 120


def test_only_the_deployment_that_is_meant_is_read(world, stage, ten_minutes):
    requests(world, 30)
    known(world, "RequestLatency_P95", 120.0)
    known(world, "RequestLatency_P95", 60.0, "taxi-model-1")
    requests(world, 5, deployment="taxi-model-1")
    live = read(LATENCY, ten_minutes, "taxi-model-1")
    assert live.figure("RequestLatency_P95", ten_minutes) == 60
    assert live.figure("RequestsPerMinute", ten_minutes) == 5


def test_what_its_instances_use_is_read_at_the_deployment(world, stage, ten_minutes):
    known(world, "CpuUtilizationPercentage", 73.5)
    world.forget_requests()
    found = read({"CpuUtilizationPercentage"}, ten_minutes)
    assert found.figure("CpuUtilizationPercentage", ten_minutes) == 73.5
    asked = [request["path"] for request in world.requests("GET", METRICS)]
    assert asked[-1].endswith("/deployments/taxi-model-2/providers/microsoft.insights/metrics")


def test_all_metrics_of_one_kind_are_one_request(world, stage, ten_minutes):
    world.forget_requests()
    read({"RequestLatency_P50", "RequestLatency_P95", "ErrorRate"}, ten_minutes)
    assert len(world.requests("GET", METRICS)) == 2


def test_minutes_without_a_value_are_missing_not_zero(world, stage, ten_minutes):
    figure = {"metric": "RequestLatency_P95", "endpoint": "taxi-fare", "deployment": "taxi-model-2"}
    figure |= {"series": [80.0, None, 90.0, None], "ends": ten_minutes[1].isoformat()}
    world.http.put("/_emulator/metrics", json={"metrics": [figure]})
    found = read(LATENCY, ten_minutes)
    assert sorted(found.values["RequestLatency_P95"].values()) == [80.0, 90.0]


def test_nothing_known_yet_is_no_trouble(world, stage, ten_minutes):
    found = read({"RequestLatency_P95", "CpuUtilizationPercentage"}, ten_minutes)
    assert (found.requests, found.values, found.trouble) == ({}, {}, None)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_azure_monitor_that_is_busy_is_a_trouble_that_passes(world, stage, ten_minutes, status):
    world.fault("GET", METRICS, answer={"status": status, "body": {}}, times=5)
    found = read(LATENCY, ten_minutes)
    assert "Could not read the metrics of taxi-model-2" in found.trouble
    assert not found.lasting


def test_a_missing_permission_names_the_role(world, stage, ten_minutes):
    world.fault("GET", METRICS, answer=ERROR_403)
    found = read(LATENCY, ten_minutes)
    assert found.lasting
    assert "Monitoring Reader on the target workspace" in found.remedy


def test_azures_flat_errors_are_told_in_azures_words(world, stage, ten_minutes):
    flat = {"code": "BadRequest", "message": "Failed to find metric configuration."}
    world.fault("GET", METRICS, answer={"status": 400, "body": flat})
    found = read(LATENCY, ten_minutes)
    assert found.lasting
    assert "Failed to find metric configuration." in found.trouble


def test_requests_that_were_really_served_are_counted(world, stage, now):
    world.do("smoke_test", stage=stage, test=a_smoke_test())
    window = (now - timedelta(minutes=1), datetime.now(UTC))
    assert read(LATENCY, window).counted(window) == 1


# -- the activity


def test_a_slow_deployment_fails_with_every_figure_in_its_record(world, stage, now):
    requests(world, 34)
    known(world, "RequestLatency_P95", 812.0)
    finding = looked(world, stage, now, {"at_most": 500})
    assert finding["outcome"] == "failed"
    (row,) = [row for row in world.audit() if row["Name"] == "promotion.verified"]
    told = row["Properties"]
    assert told["outcome"] == "failed"
    assert "is 812 ms in 10m with 25 % of the traffic" in told["reason"]
    assert told["threshold"] == "at most 500 ms"
    assert row["Measurements"]["observed"] == 812
    assert row["Measurements"]["traffic"] == 25
    assert row["Measurements"]["requests"] > 300


def test_the_live_deployment_is_read_only_if_it_is_compared_with(world, stage, now):
    requests(world, 34)
    requests(world, 90, deployment="taxi-model-1")
    known(world, "RequestLatency_P95", 120.0)
    known(world, "RequestLatency_P95", 100.0, "taxi-model-1")
    world.forget_requests()
    assert looked(world, stage, now, {"at_most": 500})["outcome"] == "passed"
    assert len(world.requests("GET", METRICS)) == 2
    finding = looked(world, stage, now, {"above_live_percent": 10})
    assert finding["outcome"] == "failed"
    assert "taxi-model-1 has 100 ms, and the policy wants at most 110 ms" in finding["reason"]


def test_too_few_requests_are_inconclusive(world, stage, now):
    requests(world, 1)
    known(world, "RequestLatency_P95", 812.0)
    assert looked(world, stage, now, {"at_most": 500})["outcome"] == "inconclusive"


def test_what_was_recorded_at_the_look_before_is_not_recorded_again(world, stage, now):
    looked(world, stage, now, {"at_most": 500})
    looked(world, stage, now, {"at_most": 500}, told=["inconclusive"], number=1)
    requests(world, 34)
    known(world, "RequestLatency_P95", 100.0)
    looked(world, stage, now, {"at_most": 500}, told=["inconclusive"], number=2)
    rows = [row for row in world.audit() if row["Name"] == "promotion.verified"]
    assert [row["Properties"]["outcome"] for row in rows] == ["inconclusive", "passed"]
    assert len({row["Properties"]["record_id"] for row in rows}) == 2


def test_a_look_that_runs_twice_is_one_record(world, stage, now):
    for _ in range(2):
        looked(world, stage, now, {"at_most": 500})
    rows = [row for row in world.audit() if row["Name"] == "promotion.verified"]
    assert len({row["Properties"]["record_id"] for row in rows}) == 1


def test_a_service_that_may_not_be_asked_is_an_error(world, stage, now):
    candidate = Candidate(
        source=DEV, model=ModelVersion(name=taxi.MODEL, version="2"), as_of=now.isoformat()
    )
    check = {"kind": "http", "name": "drift", "url": "https://drift.contoso.com/judge"}
    moment = {
        "endpoint": "taxi-fare",
        "deployment": "taxi-model-2",
        "since": now.isoformat(),
        "as_of": now.isoformat(),
    }
    order = {
        "checks": [check],
        "moment": moment,
        "candidate": json.loads(candidate.model_dump_json()),
    }
    (finding,) = world.do("verify", stage=stage, **order)["findings"]
    assert finding["outcome"] == "error"
    assert "is not one of the policy's hosts" in finding["reason"]
