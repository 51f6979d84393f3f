"""A stage with a batch endpoint, on the whole service."""

from pathlib import Path

import pytest
from stories.operator import Operator
from stories.service import Service

from local import taxi
from local.cloud import LocalCloud

POLICY = f"""\
version: 1
workspaces:
  dev: {{subscription: {taxi.SUBSCRIPTION}, resource_group: rg-mlops-dev, name: mlw-mlops-dev}}
  prod: {{subscription: {taxi.SUBSCRIPTION}, resource_group: rg-mlops-prod, name: mlw-mlops-prod}}
registry: mlops-registry
routes:
  monthly:
    from: dev
    models: [monthly]
    stages:
      - name: prod
        workspace: prod
        keep_previous: 1s
        batch:
          endpoint: deploy/monthly.yml
          deployment: deploy/batch.yml
          compute: deploy/cluster.yml
          test: {{input: "azureml://datastores/workspaceblobstore/paths/rides"}}
"""
FILES = {
    "monthly.yml": "name: monthly\nauth_mode: aad_token\n",
    "cluster.yml": "name: batch-cluster\ntype: amlcompute\nsize: STANDARD_DS3_V2\n",
    "batch.yml": "name: x\nendpoint_name: y\ntype: model\ncompute: azureml:batch-cluster\n"
    "settings: {mini_batch_size: 10}\n",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory):
    directory: Path = tmp_path_factory.mktemp("batch")
    deploy = directory / "batch" / "deploy"
    deploy.mkdir(parents=True)
    for name, text in FILES.items():
        (deploy / name).write_text(text)
    policy = directory / "batch" / "promotion.yaml"
    policy.write_text(POLICY)
    with LocalCloud(directory, policy=policy) as cloud:
        yield Service(cloud)


def default(service: Service) -> str | None:
    return _arm(service, "batchEndpoints/monthly")["properties"]["defaults"]["deploymentName"]


def deployments(service: Service) -> list[str]:
    found = _arm(service, "batchEndpoints/monthly/deployments")["value"]
    return sorted(one["name"] for one in found)


def _arm(service: Service, path: str) -> dict:
    return service.cloud.control.get(
        f"{taxi.workspace_id(taxi.PROD)}/{path}",
        params={"api-version": "2023-10-01"},
        headers={"Authorization": "Bearer test"},
    ).json()


def test_endpoint_and_cluster_are_made_and_a_tested_version_is_the_default(service):
    told = service.register(name="monthly")
    assert told.end()["Name"] == "promotion.succeeded"
    assert default(service) == f"monthly-{told.version}"
    assert told.records()[-6:] == [
        "deploying",
        "deployed",
        "job_submitted",
        "smoke_tested",
        "traffic_shifted",
        "succeeded",
    ]
    (cluster,) = service.observer.requests("PUT", "/computes/batch-cluster$")
    assert cluster["status"] == 201


def test_the_next_version_replaces_it_and_the_old_one_is_retired(service):
    live = service.register(name="monthly")
    assert live.end()["Name"] == "promotion.succeeded"
    told = service.register(taxi.BETTER, name="monthly")
    assert told.end()["Name"] == "promotion.succeeded"
    told.wait_for("promotion.retired")
    assert default(service) == f"monthly-{told.version}"
    assert deployments(service) == [f"monthly-{told.version}"]
    assert len(service.observer.requests("PUT", "/computes/batch-cluster$")) == 1


def test_a_version_whose_test_fails_is_taken_back_with_the_reason(service):
    live = service.register(name="monthly")
    assert live.end()["Name"] == "promotion.succeeded"
    shut = {"code": "UserError", "message": "Scoring failed: no such column"}
    service.fault("POST", "/scoring/.*/monthly/jobs", operation=shut)
    told = service.register(taxi.BETTER, name="monthly")
    end = told.end()
    assert end["Name"] == "promotion.rolled_back"
    assert "Scoring failed: no such column" in end["Properties"]["reason"]
    assert end["Properties"]["code"] == "BatchTestFailed"
    assert default(service) == f"monthly-{live.version}"
    assert f"monthly-{told.version}" not in deployments(service)


def test_a_rollback_by_hand_makes_an_earlier_version_the_default_again(service):
    earlier = service.register(name="monthly")
    assert earlier.end()["Name"] == "promotion.succeeded"
    bad = service.register(taxi.BETTER, name="monthly")
    assert bad.end()["Name"] == "promotion.succeeded"
    bad.wait_for("promotion.retired")  # so that the earlier version must be deployed and tested

    ended = Operator(service).roll_back("monthly")

    assert (ended["status"], ended["serves"]) == ("succeeded", f"monthly-{earlier.version}")
    assert default(service) == f"monthly-{earlier.version}"
    assert bad.wait_for("promotion.rolled_back")["Properties"]["actor"] == "ada"
