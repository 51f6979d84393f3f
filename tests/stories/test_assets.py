"""Environments that go along with the model, on the whole service."""

import shutil
from pathlib import Path

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
routes:
  named:
    from: dev
    models: [named]
    stages:
      - name: qa
        workspace: prod
        online: {{endpoint: deploy/named-qa.yml, deployment: deploy/named.yml}}
      - name: prod
        workspace: prod
        online: {{endpoint: deploy/named-prod.yml, deployment: deploy/named.yml}}
  described:
    from: dev
    models: [described]
    stages:
      - name: prod
        workspace: prod
        online: {{endpoint: deploy/described.yml, deployment: deploy/described-env.yml}}
"""
ENDPOINTS = ("named-qa", "named-prod", "described")
ENVIRONMENTS = {
    "named.yml": "azureml:fare-env:3",
    "described-env.yml": "{image: mcr.microsoft.com/azureml/minimal:1, conda_file: conda.yml}",
}
SOMEBODY = {"Authorization": "Bearer test"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory):
    directory: Path = tmp_path_factory.mktemp("assets")
    policy = demo_policy(directory)
    deploy = directory / "assets" / "deploy"
    shutil.copytree(policy.parent / "deploy", deploy)
    for name in ENDPOINTS:
        (deploy / f"{name}.yml").write_text(f"name: {name}\nauth_mode: key\n")
    plain = (deploy / "online-deployment.yml").read_text()
    for name, environment in ENVIRONMENTS.items():
        (deploy / name).write_text(f"{plain}environment: {environment}\n")
    (deploy / "conda.yml").write_text("dependencies: [python=3.10, {pip: [mlflow]}]\n")
    policy = directory / "assets" / "promotion.yaml"
    policy.write_text(POLICY.format(sub=taxi.SUBSCRIPTION))
    with LocalCloud(directory, policy=policy) as cloud:
        yield Service(cloud)


def environment_of(service: Service, endpoint: str, deployment: str) -> str:
    path = f"onlineEndpoints/{endpoint}/deployments/{deployment}"
    url = f"{taxi.workspace_id(taxi.PROD)}/{path}?api-version=2023-04-01-preview"
    found = service.cloud.control.get(url, headers=SOMEBODY).json()
    return str(found["properties"]["environmentId"])


def test_an_environment_that_the_source_does_not_have_stops_before_any_stage(service):
    told = service.register(name="named")
    end = told.end()
    assert end["Name"] == "promotion.failed"
    assert end["Properties"]["reason"].startswith("There is no environment fare-env:3 in the")
    assert "assets: target" in end["Properties"]["remedy"]
    assert "deploying" not in told.records()
    assert told.deployments() == 0


def test_an_environment_goes_along_with_the_model_once_for_all_stages(service):
    path = "environments/fare-env/versions/3?api-version=2023-08-01-preview"
    url = f"{taxi.workspace_id(taxi.DEV)}/{path}"
    body = {"properties": {"image": "mcr.microsoft.com/azureml/minimal:1"}}
    service.cloud.control.put(url, headers=SOMEBODY, json=body).raise_for_status()
    told = service.register(name="named")
    assert told.end()["Name"] == "promotion.succeeded"
    records = told.records()
    assert records.count("asset_shared") == 1
    assert records.index("copied") < records.index("asset_shared") < records.index("deploying")
    for endpoint in ("named-qa", "named-prod"):
        found = environment_of(service, endpoint, f"named-{told.version}")
        assert found == "azureml://registries/mlops-registry/environments/fare-env/versions/3"


def test_a_described_environment_is_registered_once_for_all_versions(service):
    for _ in range(2):
        told = service.register(name="described")
        assert told.end()["Name"] == "promotion.succeeded"
    found = environment_of(service, "described", f"described-{told.version}")
    assert found.startswith("azureml://registries/mlops-registry/environments/promotion-")
    created = service.observer.requests("PUT", "/registries/.*/environments/promotion-")
    assert len(created) == 1
