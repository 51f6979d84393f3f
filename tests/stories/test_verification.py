"""Figures, services and mirrored traffic decide about a new version, on the whole service."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from stories.service import Service, Told

from local import taxi
from local.cloud import LocalCloud
from local.demo import demo_policy

POLICY = """\
version: 1
workspaces:
  dev: {{subscription: {sub}, resource_group: rg-mlops-dev, name: mlw-mlops-dev}}
  prod: {{subscription: {sub}, resource_group: rg-mlops-prod, name: mlw-mlops-prod}}
registry: mlops-registry
x-parts:
  latency: &latency
    {{kind: azure_metric, metric: RequestLatency_P95, at_most: 500, wait_at_most: 1m}}
  asked: &asked
    deployment: deploy/online-deployment.yml
    smoke_test:
      requests:
        - request: deploy/sample-request.json
          response: deploy/sample-response.json
          schema: deploy/fares.schema.json
      tolerance: 4.0
      repeats: 2
routes:
  quiet:
    from: dev
    models: [quiet]
    stages:
      - name: prod
        workspace: prod
        online:
          <<: *asked
          endpoint: deploy/quiet.yml
          canary: {{steps: [25], every: 1s}}
          verify: [*latency]
  slow:
    from: dev
    models: [slow]
    stages:
      - name: prod
        workspace: prod
        online:
          <<: *asked
          endpoint: deploy/slow.yml
          canary: {{steps: [5, 25, 50], every: 1s}}
          verify:
            - *latency
            - kind: expression
              name: not slower than the live one
              expression: "!live.exists || new.RequestLatency_P95 < 2.0 * live.RequestLatency_P95"
              wait_at_most: 1m
  shadow:
    from: dev
    models: [shadow]
    stages:
      - name: prod
        workspace: prod
        online:
          <<: *asked
          endpoint: deploy/shadow.yml
          shadow: {{mirror: 20, for: 1s}}
          verify:
            - {{kind: azure_metric, metric: ErrorRate, at_most: 1, wait_at_most: 1m}}
"""
ENDPOINTS = ("quiet", "slow", "shadow")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory):
    directory: Path = tmp_path_factory.mktemp("verification")
    policy = demo_policy(directory)
    deploy = directory / "verification" / "deploy"
    shutil.copytree(policy.parent / "deploy", deploy)
    for name in ENDPOINTS:
        (deploy / f"{name}.yml").write_text(f"name: {name}\nauth_mode: key\n")
    (deploy / "fares.schema.json").write_text('{"type": "array", "items": {"type": "number"}}')
    policy = deploy.parent / "promotion.yaml"
    policy.write_text(POLICY.format(sub=taxi.SUBSCRIPTION))
    with LocalCloud(directory, policy=policy) as cloud:
        yield Service(cloud)


def measured(
    service: Service, name: str, version: str, requests: int, p95: float = 100.0, errors: int = 0
) -> None:
    """What Azure Monitor has of the version's deployment, for each minute."""
    answered = (("200", requests - errors), ("500", errors))
    figures: list[dict[str, Any]] = [
        {
            "metric": "RequestsPerMinute",
            "value": count,
            "dimensions": {"statusCode": status, "statusCodeClass": f"{status[0]}xx"},
        }
        for status, count in answered
    ]
    figures.append({"metric": "RequestLatency_P95", "value": p95})
    own = {"endpoint": name, "deployment": f"{name}-{version}"}
    known = [figure | own for figure in figures]
    service.cloud.control.put("/_emulator/metrics", json={"metrics": known}).raise_for_status()


def live(service: Service, name: str) -> str:
    """The first version, which serves; and the version that comes next."""
    measured(service, name, "1", requests=500)
    assert service.register(name=name).end()["Name"] == "promotion.succeeded"
    return "2"


def shares(told: Told, service: Service) -> list[int]:
    """Every share of the traffic that the version's deployment has had, in order."""
    name = f"{told.model}-{told.version}"
    found = [weights.get(name, 0) for weights in service.traffic(told.model)]
    return [share for share, last in zip(found, [None, *found], strict=False) if share != last]


def mirrors(told: Told) -> list[float]:
    """Percents that were mirrored to it, as the records tell."""
    rows = [row for row in told.rows() if row["Name"] == "promotion.traffic_mirrored"]
    return [row["Measurements"]["mirrored"] for row in rows]


def test_a_canary_with_too_few_requests_waits_until_there_are_enough(service):
    version = live(service, "quiet")
    measured(service, "quiet", version, requests=1)
    told = service.register(taxi.BETTER, name="quiet")
    waiting = told.wait_for("promotion.waiting")["Properties"]
    assert waiting["waiting_for"] == "verification"
    assert "requests to quiet-2" in waiting["reason"]
    assert shares(told, service) == [0, 25]
    measured(service, "quiet", version, requests=100)
    assert told.end()["Name"] == "promotion.succeeded"
    assert shares(told, service) == [0, 25, 100]
    outcomes = [
        (row["Measurements"]["traffic"], row["Properties"]["outcome"])
        for row in told.rows()
        if row["Name"] == "promotion.verified"
    ]
    assert outcomes == [(25, "inconclusive"), (25, "passed"), (100, "passed")]


def test_a_canary_that_is_too_slow_at_25_percent_is_taken_back_with_every_figure(service):
    version = live(service, "slow")
    measured(service, "slow", version, requests=100)
    told = service.register(taxi.BETTER, name="slow")
    told.wait_for("promotion.verified")  # at 5 %
    measured(service, "slow", version, requests=100, p95=812)
    end = told.end()
    assert end["Name"] == "promotion.rolled_back"
    reason = end["Properties"]["reason"]
    assert "RequestLatency_P95 of slow-2 is 812 ms" in reason
    assert "25 % of the traffic" in reason
    assert "the policy wants at most 500 ms" in reason
    assert "new.RequestLatency_P95 is 812, live.RequestLatency_P95 is 100" in reason
    assert shares(told, service) == [0, 5, 25, 0]
    assert service.traffic("slow")[-1] == {"slow-1": 100}
    assert service.deployments("slow") == ["slow-1"]


def test_a_shadow_that_does_well_gets_all_traffic(service):
    version = live(service, "shadow")
    measured(service, "shadow", version, requests=100)
    told = service.register(taxi.BETTER, name="shadow")
    assert told.end()["Name"] == "promotion.succeeded"
    assert shares(told, service) == [0, 100]
    assert mirrors(told) == [20, 0]
    looks = [row for row in told.rows() if row["Name"] == "promotion.verified"]
    assert [row["Measurements"]["mirrored"] for row in looks] == [20, 0]


def test_a_shadow_that_fails_never_gets_traffic_and_is_no_shadow_any_more(service):
    measured(service, "shadow", "3", requests=100, errors=7)
    told = service.register(taxi.BETTER, name="shadow")
    end = told.end()
    assert end["Name"] == "promotion.rolled_back"
    assert "ErrorRate of shadow-3 is 7 %" in end["Properties"]["reason"]
    assert "20 % of the traffic mirrored to it" in end["Properties"]["reason"]
    assert shares(told, service) == [0]
    assert mirrors(told) == [20, 0]
    assert not any(service.endpoint("shadow")["properties"]["mirrorTraffic"].values())
    assert "shadow-3" not in service.deployments("shadow")
