"""What is known of a run: the job, its metrics, the workspace that leads there."""

import math

from standin_client import Client, a_job, workspace_id

JOB = f"{workspace_id()}/jobs/train-1"


def runs(client: Client, path: str) -> str:
    """An address of MLflow, found the way clients find it."""
    uri = client.get(workspace_id()).json()["properties"]["mlFlowTrackingUri"]
    assert uri.startswith("azureml://")
    return f"{uri.replace('azureml://', 'https://')}/api/2.0/mlflow/{path}"


def test_a_job_shows_its_git_properties_and_its_tracking_address(client: Client) -> None:
    client.seed(jobs=[a_job(properties={"mlflow.source.git.commit": "abc"}, status="Failed")])

    properties = client.get(JOB).json()["properties"]

    assert properties["properties"] == {"mlflow.source.git.commit": "abc"}
    assert (properties["status"], properties["jobType"]) == ("Failed", "Command")
    assert properties["services"]["Tracking"]["endpoint"].endswith("?")


def test_a_run_has_metrics_params_and_tags(client: Client) -> None:
    client.seed(jobs=[a_job(metrics={"rmse": 3.5}, params={"depth": 7}, tags={"by": "anna"})])

    run = client.get(runs(client, "runs/get?run_id=train-1")).json()["run"]

    assert run["info"]["status"] == "FINISHED"
    assert run["data"]["metrics"] == [{"key": "rmse", "value": 3.5, "timestamp": 0, "step": 0}]
    assert run["data"]["params"] == [{"key": "depth", "value": "7"}]
    assert {"key": "by", "value": "anna"} in run["data"]["tags"]


def test_a_metric_that_is_no_number_comes_as_a_string(client: Client) -> None:
    client.azure.cloud.store.workspaces[workspace_id().lower()].jobs["train-1"].metrics = {
        "rmse": math.nan
    }

    run = client.get(runs(client, "runs/get?run_id=train-1")).json()["run"]

    assert run["data"]["metrics"][0]["value"] == "NaN"


def test_a_metric_has_a_history_of_which_the_run_shows_the_end(client: Client) -> None:
    client.seed(jobs=[a_job(metrics={"loss": [3, 2, 1]})])

    history = client.get(runs(client, "metrics/get-history?run_id=train-1&metric_key=loss"))
    run = client.get(runs(client, "runs/get?run_id=train-1")).json()["run"]

    assert [metric["value"] for metric in history.json()["metrics"]] == [3, 2, 1]
    assert run["data"]["metrics"][0]["value"] == 1


def test_an_unknown_run_is_an_error_of_mlflow(client: Client) -> None:
    reply = client.get(runs(client, "runs/get?run_id=nobody"))

    assert (reply.status_code, reply.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_runs_want_an_arm_token(client: Client) -> None:
    assert client.get(runs(client, "runs/get?run_id=train-1"), token="").status_code == 401


def test_a_workspace_has_the_ids_that_a_share_is_made_of(client: Client) -> None:
    found = client.get(workspace_id()).json()

    assert found["location"] == "eastus2"
    assert len(found["properties"]["workspaceId"]) == 36
    assert found["identity"]["type"] == "SystemAssigned"


def test_a_compute_is_there_once_it_is_seeded(client: Client) -> None:
    path = f"{workspace_id()}/computes/cpu"
    before = client.get(path)
    client.seed(computes=[{"workspace": "dev", "name": "cpu"}])

    assert (before.status_code, client.get(path).status_code) == (404, 200)
