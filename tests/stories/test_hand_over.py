"""Versions that are handed over to pipelines of the team's own, on the whole service."""

from pathlib import Path

import httpx
import pytest
from stories.crashes import until
from stories.service import Service

from local import taxi
from local.cloud import LocalCloud
from local.pipelines import Pipelines, github
from local.pipelines.control import Control, Run

POLICY = """\
version: 1
workspaces:
  dev: {{subscription: {sub}, resource_group: rg-mlops-dev, name: mlw-mlops-dev}}
  prod: {{subscription: {sub}, resource_group: rg-mlops-prod, name: mlw-mlops-prod}}
registry: mlops-registry
hosts: [localhost]
routes:
  azure:
    from: dev
    models: [azure*]
    stages:
      - name: prod
        workspace: prod
        azure_pipeline:
          {{organization: contoso, project: mlops, pipeline: 42, parameters: {{environment: prod}}}}
  github:
    from: dev
    models: [github*]
    stages:
      - name: prod
        workspace: prod
        github_workflow:
          repository: contoso/release
          workflow: release.yml
          token_setting: RELEASE_TOKEN
          url: {github}
"""


@pytest.fixture(scope="module")
def pipelines(tmp_path_factory):
    with Pipelines(tmp_path_factory.mktemp("pipelines")) as pipelines:
        yield pipelines


@pytest.fixture(scope="module")
def service(tmp_path_factory, pipelines):
    directory: Path = tmp_path_factory.mktemp("hand-over")
    policy, both = directory / "promotion.yaml", directory / "both.pem"
    policy.write_text(POLICY.format(sub=taxi.SUBSCRIPTION, github=pipelines.github_url))
    settings = {
        "PROMOTION_AZURE_DEVOPS_URL": pipelines.azure_devops_url,
        "RELEASE_TOKEN": github.TOKEN,
        "REQUESTS_CA_BUNDLE": str(both),
    }
    # The durable backend outlives the function app, as on Azure.
    with LocalCloud(directory, policy=policy, settings=settings, durable_apart=True) as cloud:
        known = (directory / "ca.pem").read_text()
        both.write_text(known + pipelines.ca_file.read_text())  # before the app's first request
        yield Service(cloud)


def run_of(control: Control, told) -> Run:
    """The one run that has the version, once it has been handed over."""
    told.wait_for("promotion.handed_over")
    (run,) = [run for run in control.runs if run.parameters["modelName"] == told.model]
    return run


def test_a_version_is_handed_to_azure_devops_as_the_apps_own_identity(service, pipelines):
    told = service.register(name="azure")
    run = run_of(pipelines.azure, told)
    assert run.parameters == {
        "environment": "prod",
        "modelName": "azure",
        "modelVersion": told.version,
        "registryPath": f"azureml://registries/mlops-registry/models/azure/versions/{told.version}",
        "promotionId": run.name.partition("_")[2],
    }
    pipelines.azure.finish("succeeded", run.id)
    assert told.end()["Name"] == "promotion.succeeded"
    assert told.records()[-3:] == ["handed_over", "handover_ended", "succeeded"]


def test_a_version_whose_workflow_fails_has_failed_with_the_link(service, pipelines):
    told = service.register(name="github")
    run = run_of(pipelines.github, told)
    pipelines.github.finish("failure", run.id)
    end = told.end()
    assert end["Name"] == "promotion.failed"
    link = f"{pipelines.github_url}/contoso/release/actions/runs/{run.id}"
    assert end["Properties"]["reason"].endswith(f"ended as failure: {link}")


def test_a_start_whose_answer_was_lost_has_started_one_run(service, pipelines):
    pipelines.azure.fault("POST", "/runs$", cut=True, carried_out=True)
    told = service.register(name="azure-lost")
    pipelines.azure.finish("succeeded", run_of(pipelines.azure, told).id)
    assert told.end()["Name"] == "promotion.succeeded"


def test_a_service_that_is_killed_while_it_starts_a_run_has_started_one(service, pipelines):
    # The run has begun, and its answer is on its way for longer than the function app lives.
    pipelines.azure.fault("POST", "/runs$", status=503, carried_out=True, delay=60)
    before = len(pipelines.azure.runs)
    told = service.register(name="azure-killed")
    assert until(lambda: len(pipelines.azure.runs) > before)
    service.cloud.kill_host()
    service.cloud.restart_host()
    run = run_of(pipelines.azure, told)
    pipelines.azure.finish("succeeded", run.id)
    assert told.end()["Name"] == "promotion.succeeded"
    assert len(pipelines.azure.runs) == before + 1


def test_whoever_cancels_stops_the_run_at_github(service, pipelines):
    told = service.register(name="github-cancelled")
    run = run_of(pipelines.github, told)
    promotion = told.wait_for("promotion.requested")["Properties"]["promotion_id"]
    cancel(service, promotion)
    end = told.end()
    assert (end["Name"], run.result) == ("promotion.cancelled", "cancelled")
    assert end["Properties"]["reason"] == "Cancelled by eve: Not before the audit."


def test_no_secret_gets_into_logs_records_or_what_is_kept(service):
    told = service.register(name="github-secret")
    promotion = told.wait_for("promotion.handed_over")["Properties"]["promotion_id"]
    shown = service.instance(f"{promotion}-prod--delivery", showInput="true", showHistory="true")
    assert "RELEASE_TOKEN" in str(shown)
    kept = f"{shown} {service.cloud.audit()} {service.cloud.host_log()}"
    assert github.TOKEN not in kept
    cancel(service, promotion)
    told.end()


def cancel(service: Service, promotion: str) -> None:
    """As the service's own API will raise it."""
    httpx.post(
        f"{service.info['durable_url']}/instances/{promotion}/raiseEvent/cancel",
        params={"code": service.info["durable_key"]},
        json={"by": "eve", "reason": "Not before the audit."},
    ).raise_for_status()
