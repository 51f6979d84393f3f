"""Versions that are handed to a team's own job, and registered in the target workspace."""

from pathlib import Path

import httpx
import pytest
from stories.service import Service

from local import taxi
from local.cloud import LocalCloud

POLICY = """\
version: 1
workspaces:
  dev: {{subscription: {sub}, resource_group: rg-mlops-dev, name: mlw-mlops-dev}}
  prod: {{subscription: {sub}, resource_group: rg-mlops-prod, name: mlw-mlops-prod}}
registry: mlops-registry
routes:
  checked:
    from: dev
    models: [checked]
    stages:
      - {{name: check, workspace: prod, job: {{file: check.yml, input: candidate}}}}
      - {{name: prod, workspace: prod, register: {{tags: {{checked: "yes"}}}}}}
  slow:
    from: dev
    models: [slow]
    stages:
      - {{name: check, workspace: prod, time_limit: 3s, job: {{file: check.yml, input: candidate}}}}
"""
CHECK = """\
type: pipeline
experiment_name: checks
settings: {default_compute: "azureml:cpu-cluster"}
inputs:
  candidate: {type: mlflow_model}
jobs:
  score:
    type: command
    command: python score.py ${{inputs.model}}
    environment: azureml://registries/azureml/environments/sklearn-1.5/versions/1
    inputs: {model: "${{parent.inputs.candidate}}"}
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory):
    directory: Path = tmp_path_factory.mktemp("register-and-job")
    policy = directory / "team" / "promotion.yaml"
    policy.parent.mkdir()
    policy.write_text(POLICY.format(sub=taxi.SUBSCRIPTION))
    (policy.parent / "check.yml").write_text(CHECK)
    with LocalCloud(directory, policy=policy) as cloud:
        compute = {"workspace": taxi.PROD, "name": "cpu-cluster"}
        cloud.control.post("/_emulator/seed", json={"computes": [compute]})
        yield Service(cloud)


@pytest.fixture
def behaviour(service: Service):
    """Turns something of Azure's until the story is over."""
    control = service.cloud.control

    def turn(**how: str) -> None:
        control.put("/_emulator/behaviour", json=how)

    yield turn
    control.put("/_emulator/behaviour", json={"failing_jobs": None})
    service.seconds(job=0)


def in_prod(service: Service, path: str) -> httpx.Response:
    """What ARM says of something in the target workspace."""
    url = f"{taxi.workspace_id(taxi.PROD)}/{path}"
    token = {"Authorization": "Bearer test"}
    return service.cloud.control.get(
        url, params={"api-version": "2024-01-01-preview"}, headers=token
    )


def test_a_version_that_passes_the_teams_job_is_registered(service):
    told = service.register(name="checked")
    assert told.end()["Name"] == "promotion.succeeded"
    submitted = told.wait_for("promotion.job_submitted")["Properties"]
    ended = told.wait_for("promotion.job_ended")["Properties"]
    assert (submitted["stage"], ended["outcome"]) == ("check", "Completed")
    assert submitted["studio"].startswith("https://")
    found = in_prod(service, f"models/checked/versions/{told.version}").json()["properties"]
    assert found["tags"]["checked"] == "yes"
    assert found["tags"]["promotion.registry_path"] == found["modelUri"]
    given = in_prod(service, f"jobs/{submitted['job']}").json()["properties"]["inputs"]
    assert given["candidate"]["uri"] == found["modelUri"]


def test_a_version_that_fails_the_teams_job_goes_no_further(service, behaviour):
    behaviour(failing_jobs="mape is 31")
    told = service.register(name="checked")
    end = told.end()
    assert end["Name"] == "promotion.failed"
    assert end["Properties"]["reason"].endswith("failed: mape is 31.")
    assert end["Properties"]["stage"] == "check"
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        in_prod(service, f"models/checked/versions/{told.version}")


def test_a_job_that_takes_too_long_is_cancelled(service, behaviour):
    service.seconds(job=1000)
    told = service.register(name="slow")
    end = told.end()
    assert end["Name"] == "promotion.failed"
    assert "The time limit has passed" in end["Properties"]["reason"]
    ended = told.wait_for("promotion.job_ended")["Properties"]
    assert ended["outcome"] == "Canceled"
    assert in_prod(service, f"jobs/{ended['job']}").json()["properties"]["status"] == "Canceled"
