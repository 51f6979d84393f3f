"""Pipelines: what ARM, run history and MLflow say of a step and of the job above it."""

from typing import Any

import pytest
from standin_client import Client, a_job, workspace_id
from standin_sdk import Sdk

JOBS = f"{workspace_id()}/jobs"
HISTORY = f"/history/v1.0{workspace_id()}/runs"
RUNS = f"/mlflow/v1.0{workspace_id()}/api/2.0/mlflow/runs/get?run_id="
GIT = {"mlflow.source.git.commit": "abc"}


@pytest.fixture(autouse=True)
def _pipeline(client: Client) -> None:
    client.seed(
        jobs=[
            a_job("pipeline", type="pipeline", properties=GIT, metrics={"rmse": 3}, artifacts={}),
            a_job("step", parent="pipeline", metrics={"mae": 2}, tags={"stage": "train"}),
            a_job("inner", parent="step"),
        ]
    )


def data(client: Client, name: str) -> dict[str, Any]:
    found = client.get(RUNS + name).json()["run"]["data"]
    return {kind: {one["key"]: one["value"] for one in found[kind]} for kind in found}


def test_arm_has_a_pipeline_with_what_git_knew(client: Client) -> None:
    properties = client.get(f"{JOBS}/pipeline").json()["properties"]

    assert (properties["jobType"], properties["jobs"]) == ("Pipeline", {})
    assert properties["properties"]["mlflow.source.git.commit"] == "abc"
    assert properties["properties"]["azureml.runsource"] == "azureml.PipelineRun"


def test_arm_has_no_properties_of_a_step(client: Client) -> None:
    found = client.get(f"{JOBS}/step")

    assert found.status_code == 200
    assert set(found.json()) == {"id", "name", "type", "systemData"}


def test_run_history_tells_whose_step_it_is(client: Client) -> None:
    step = client.get(f"{HISTORY}/step").json()

    assert (step["parentRunId"], step["rootRunId"]) == ("pipeline", "pipeline")
    assert (step["runType"], step["status"]) == ("azureml.StepRun", "Completed")
    assert step["properties"]["azureml.pipelinerunid"] == "pipeline"
    assert step["tags"] == {"azureml.pipeline": "pipeline", "stage": "train"}


def test_what_git_knew_is_on_the_pipeline_and_not_on_its_steps(client: Client) -> None:
    assert "mlflow.source.git.commit" in client.get(f"{HISTORY}/pipeline").json()["properties"]
    assert "mlflow.source.git.commit" not in client.get(f"{HISTORY}/step").json()["properties"]


def test_mlflow_tells_parent_and_root_in_tags(client: Client) -> None:
    tags = data(client, "inner")["tags"]

    assert (tags["mlflow.parentRunId"], tags["mlflow.rootRunId"]) == ("step", "pipeline")


def test_a_run_at_the_top_is_its_own_root_and_has_no_parent(client: Client) -> None:
    tags = data(client, "pipeline")["tags"]

    assert tags["mlflow.rootRunId"] == "pipeline"
    assert "mlflow.parentRunId" not in tags


def test_metrics_belong_to_the_run_that_logged_them(client: Client) -> None:
    assert data(client, "pipeline")["metrics"] == {"rmse": 3}
    assert data(client, "step")["metrics"] == {"mae": 2}


def test_a_step_may_have_a_parent_that_is_not_there(client: Client) -> None:
    client.seed(jobs=[a_job("orphan", parent="gone")])

    assert data(client, "orphan")["tags"]["mlflow.rootRunId"] == "gone"
    assert client.get(f"{HISTORY}/gone").status_code == 404


def test_jobs_that_are_each_other_s_parents_do_no_harm(client: Client) -> None:
    client.seed(jobs=[a_job("hen", parent="egg"), a_job("egg", parent="hen")])

    assert data(client, "hen")["tags"]["mlflow.parentRunId"] == "egg"


def test_run_history_wants_a_token(client: Client) -> None:
    assert client.get(f"{HISTORY}/step", token="").status_code == 401


def test_a_pipeline_lists_its_steps(client: Client) -> None:
    found = client.get(f"{HISTORY}/pipeline/children").json()["value"]

    assert [run["runId"] for run in found] == ["step"]


@pytest.mark.filterwarnings("ignore")
def test_the_sdk_reads_a_pipeline_and_its_steps(sdk: Sdk) -> None:
    jobs = sdk.workspace().jobs

    pipeline, step = jobs.get("pipeline"), jobs.get("step")

    assert (pipeline.type, pipeline.properties["mlflow.source.git.commit"]) == ("pipeline", "abc")
    assert (step.type, step.status) == ("base", "Completed")
    assert step.properties["azureml.pipelinerunid"] == "pipeline"
    assert [job.name for job in jobs.list(parent_job_name="pipeline")] == ["step"]
