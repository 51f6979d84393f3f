"""What is known of a run: the job, its metrics, the workspace that leads there."""

from typing import Any

import pytest
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


def run(client: Client, name: str = "train-1") -> dict[str, Any]:
    found: dict[str, Any] = client.get(runs(client, f"runs/get?run_id={name}")).json()["run"]
    return found


def tags(client: Client, name: str = "train-1") -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in run(client, name)["data"]["tags"]}


def test_a_run_has_metrics_params_and_tags(client: Client) -> None:
    at = {"created": "1970-01-01T00:00:07Z"}
    client.seed(jobs=[a_job(metrics={"rmse": 3.5}, params={"depth": 7}, tags={"by": "anna"}, **at)])

    found = run(client)

    assert found["info"]["status"] == "FINISHED"
    assert found["data"]["metrics"] == [{"key": "rmse", "value": 3.5, "timestamp": 7000, "step": 0}]
    assert found["data"]["params"] == [{"key": "depth", "value": "7"}]
    assert tags(client)["by"] == "anna"


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_a_metric_that_is_no_number_comes_as_a_string(client: Client, value: str) -> None:
    client.seed(jobs=[a_job(metrics={"rmse": value})])

    assert run(client)["data"]["metrics"][0]["value"] == value


@pytest.mark.parametrize(
    ("seeded", "value", "step"),
    [
        ({"value": 2.5, "step": 40}, 2.5, 40),
        ([3, 2, 1], 1, 2),
        ([{"value": 3, "step": 10}, {"value": 2, "step": 20}], 2, 20),
        ([{"value": 2, "step": 20}, {"value": 3, "step": 10}], 2, 20),
        ([{"value": 2, "step": 5, "timestamp": 2}, {"value": 3, "step": 5, "timestamp": 1}], 2, 5),
        ([{"value": 2, "step": 5}, {"value": 3, "step": 5}], 3, 5),
    ],
)
def test_a_run_shows_the_value_of_the_highest_step(
    client: Client, seeded: object, value: float, step: int
) -> None:
    client.seed(jobs=[a_job(metrics={"loss": seeded})])

    metric = run(client)["data"]["metrics"][0]

    assert (metric["value"], metric["step"]) == (value, step)


def test_a_metric_has_a_history(client: Client) -> None:
    client.seed(jobs=[a_job(metrics={"loss": [3, 2, 1]})])

    history = client.get(runs(client, "metrics/get-history?run_id=train-1&metric_key=loss"))

    assert [metric["value"] for metric in history.json()["metrics"]] == [3, 2, 1]
    assert [metric["step"] for metric in history.json()["metrics"]] == [0, 1, 2]


def test_a_run_that_has_not_ended_has_no_end(client: Client) -> None:
    client.seed(jobs=[a_job(status="Running")])

    info = run(client)["info"]

    assert info["status"] == "RUNNING"
    assert "end_time" not in info


def test_a_run_begins_and_ends_when_the_seed_says(client: Client) -> None:
    client.seed(jobs=[a_job(created="1970-01-01T00:00:01", ended="1970-01-01T01:00:02+01:00")])

    info = run(client)["info"]

    assert (info["start_time"], info["end_time"]) == (1000, 2000)


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
