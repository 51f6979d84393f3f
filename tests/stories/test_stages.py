"""Stages with gates, waits and careful traffic, beside what the acceptance stories have of it."""

import shutil
from pathlib import Path

import httpx
import pytest
from stories.service import Service

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
  careful: &careful
    deployment: deploy/online-deployment.yml
    smoke_test:
      request: deploy/sample-request.json
      response: deploy/sample-response.json
      tolerance: 4.0
  stepwise: &stepwise
    <<: *careful
    canary: {{steps: [5, 25, 50], every: 1s}}
routes:
  approved:
    from: dev
    models: [approved]
    stages:
      - name: qa
        workspace: prod
        online: {{<<: *careful, endpoint: deploy/approved-qa.yml}}
      - name: prod
        workspace: prod
        gates:
          - {{kind: soak, stage: qa, for: 1s}}
          - {{kind: approval, by: [bob@contoso.com]}}
        online: {{<<: *careful, endpoint: deploy/approved-prod.yml}}
  champion:
    from: dev
    models: [champion]
    gates:
      - {{kind: champion, metric: rmse, better: lower}}
    stages:
      - name: prod
        workspace: prod
        online: {{<<: *careful, endpoint: deploy/champion.yml}}
  regions:
    from: dev
    models: [regions]
    stages:
      - {{name: west, workspace: prod, online: {{<<: *careful, endpoint: deploy/west.yml}}}}
      - name: north
        workspace: prod
        needs: []
        online: {{<<: *careful, endpoint: deploy/north.yml}}
  three:
    from: dev
    models: [three]
    stages:
      - {{name: qa, workspace: prod, online: {{<<: *careful, endpoint: deploy/three-qa.yml}}}}
      - name: west
        workspace: prod
        online: {{<<: *stepwise, endpoint: deploy/three-west.yml}}
      - name: north
        workspace: prod
        online: {{<<: *stepwise, endpoint: deploy/three-north.yml}}
"""
ENDPOINTS = (
    *("approved-qa", "approved-prod", "champion", "west", "north"),
    *("three-qa", "three-west", "three-north"),
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory):
    directory: Path = tmp_path_factory.mktemp("stages")
    policy = demo_policy(directory)
    shutil.copytree(policy.parent / "deploy", directory / "stages" / "deploy")
    for name in ENDPOINTS:
        text = f"name: {name}\nauth_mode: key\n"
        (directory / "stages" / "deploy" / f"{name}.yml").write_text(text)
    policy = directory / "stages" / "promotion.yaml"
    policy.write_text(POLICY.format(sub=taxi.SUBSCRIPTION))
    with LocalCloud(directory, policy=policy) as cloud:
        yield Service(cloud)


def decide(service: Service, told, decision: str, who: str, comment: str = "") -> None:
    """What the person decides about the stage prod, as the service's own API will raise it."""
    stage = f"{told.wait_for('promotion.requested')['Properties']['promotion_id']}-prod"
    at = "2026-03-02T12:00:00Z"
    known = {"who": who, "display_name": who}
    said = {**known, "decision": decision, "comment": comment, "at": at}
    httpx.post(
        f"{service.info['durable_url']}/instances/{stage}/raiseEvent/decision",
        params={"code": service.info["durable_key"]},
        json=said,
    ).raise_for_status()


def shares(service: Service, endpoint: str, deployment: str) -> list[int]:
    """Every share of the traffic that the deployment has had, in order."""
    known = service.cloud.control.get("/_emulator/traffic").json()["endpoints"]
    (states,) = [states for path, states in known.items() if path.endswith(f"/{endpoint}")]
    found = [state["traffic"].get(deployment, 0) for state in states]
    return [share for share, last in zip(found, [None, *found], strict=False) if share != last]


def test_a_rejected_version_stays_where_it_is(service):
    told = service.register(taxi.BETTER, name="approved")
    told.wait_for("promotion.approval_requested")
    decide(service, told, "reject", "bob@contoso.com", "Not before the audit.")
    end = told.end()
    assert end["Name"] == "promotion.rejected"
    assert end["Properties"]["reason"] == "Rejected by bob@contoso.com: Not before the audit."
    assert end["Properties"]["stage"] == "prod"


def test_a_version_that_is_worse_than_the_champion_is_refused(service):
    assert service.register(taxi.BETTER, name="champion").end()["Name"] == "promotion.succeeded"
    end = service.register(taxi.GOOD, name="champion").end()
    assert end["Name"] == "promotion.rejected"
    assert "rmse is 3.42; champion:1, which serves in prod, has 2.77" in end["Properties"]["reason"]


def test_regions_that_need_nothing_of_each_other_are_served_side_by_side(service):
    told = service.register(name="regions")
    assert told.end()["Name"] == "promotion.succeeded"
    for region in ("west", "north"):
        assert shares(service, region, f"regions-{told.version}") == [0, 100]


def test_the_history_of_three_stages_with_canaries_stays_short(service):
    """An orchestration is replayed from its history, so that is what a long one costs."""
    assert service.register(name="three").end()["Name"] == "promotion.succeeded"
    told = service.register(taxi.BETTER, name="three")
    assert told.end()["Name"] == "promotion.succeeded"
    promotion = told.wait_for("promotion.requested")["Properties"]["promotion_id"]
    stages = [f"{promotion}-{stage}" for stage in ("qa", "west", "north")]
    parts = [promotion, *stages, *(f"{stage}--delivery" for stage in stages)]
    lengths = [len(service.instance(p, showHistory="true")["historyEvents"]) for p in parts]
    assert sum(lengths) < 200, dict(zip(parts, lengths, strict=True))
