import dataclasses
import math

import pytest
from contract.world import DEV, ERROR_403, Refused, World, a_context

from local import taxi
from promotion.azureml.runs import _tracking_url
from promotion.core.candidate import Candidate, Metric


def evidence(world: World, **order) -> Candidate:
    receipt = world.do("gather_evidence", source=DEV, **order)
    return Candidate.model_validate(receipt["candidate"])


def test_evidence_is_the_version_its_job_and_the_metrics_of_its_run(world):
    world.register(trained_on="nyc-taxi-2026-01")
    found = evidence(world)
    assert found.tags == {"trained_on": "nyc-taxi-2026-01"}
    assert found.type == "mlflow_model"
    assert (found.job.name, found.job.status) == (taxi.GOOD.job, "Completed")
    assert found.job.properties["mlflow.source.git.branch"] == "main"
    assert figures(found) == {"rmse": 3.42, "mae": 2.394}
    assert {metric.run for metric in found.metrics.values()} == {taxi.GOOD.job}
    assert found.params["learner"] == "linear"
    assert found.registered_at is not None
    assert found.trained_at is not None


def test_gathering_evidence_changes_nothing(world):
    world.register()
    world.forget_requests()
    evidence(world)
    assert {request["method"] for request in world.requests()} == {"GET"}


def test_a_version_that_is_gone_was_registered_and_then_deleted(world):
    with pytest.raises(Refused, match="registered and then deleted") as refused:
        evidence(world)
    assert refused.value.failure.code == "ModelNotFound"


def figures(candidate: Candidate) -> dict[str, float]:
    return {name: metric.value for name, metric in candidate.metrics.items()}


def gone(world, path, status=404):
    answer = {"status": status, "body": {"error": {"code": "UserError", "message": "Gone."}}}
    world.fault("GET", path, answer=answer)


@pytest.mark.parametrize("status", [400, 404])
def test_a_run_that_is_gone_is_missing_evidence_and_no_error(world, status):
    world.register()
    gone(world, r"/mlflow/runs/get$", status)
    assert evidence(world).metrics == {}


@pytest.mark.parametrize("status", [400, 404])
def test_a_job_that_is_gone_is_missing_and_its_metrics_are_still_read(world, status):
    world.register()
    gone(world, r"/jobs/", status)
    found = evidence(world)
    assert found.job is None
    assert figures(found)["rmse"] == 3.42


@pytest.mark.parametrize(
    "job", [{"jobType": "Base"}, {"jobType": "Labeling"}, {"properties": None}, {"status": None}]
)
def test_jobs_of_every_kind_can_be_read(world, job):
    world.register()
    body = {"name": taxi.GOOD.job, "properties": {"status": "Completed", **job}}
    world.fault("GET", r"/jobs/", answer={"status": 200, "body": body})
    assert evidence(world).job.name == taxi.GOOD.job


@pytest.mark.parametrize(
    "source",
    ["runs:/calm_river_1/model", "azureml://experiments/e/runs/calm_river_1/artifacts/model"],
)
def test_a_model_from_a_notebook_is_found_by_the_run_that_mlflow_names(world, source):
    model = {
        "modelUri": "azureml://datastores/workspaceblobstore/paths/model",
        "modelType": "mlflow_model",
        "properties": {"mlflow.modelSourceUri": source},
    }
    world.http.put(
        f"{DEV.arm_id}/models/{taxi.MODEL}/versions/1",
        params={"api-version": "2023-08-01-preview"},
        json={"properties": model},
    )
    assert figures(evidence(world))["rmse"] == 3.42


@pytest.mark.parametrize(
    "run",
    [
        {},
        {"run": None},
        {"run": {"data": []}},
        {"run": {"data": {"metrics": None, "params": {}, "tags": "none"}}},
        {"run": {"info": {"end_time": "yesterday"}, "data": {"metrics": [{"key": "rmse"}]}}},
        {"run": {"info": {"end_time": 10**30}, "data": {"metrics": [None, {"value": 3}]}}},
        {"run": {"info": [], "data": {"metrics": [{"key": "rmse", "value": None}]}}},
        {"run": {"data": {"metrics": [{"key": "rmse", "value": "good"}]}}},
        {"run": {"data": {"metrics": [{"key": "rmse", "value": [3.42]}]}}},
        {"run": {"data": {"metrics": [{"key": "rmse", "value": 10**400}]}}},
        {"run": {"data": {"metrics": [{"key": "rmse", "value": True}]}}},
    ],
)
def test_what_is_no_metric_is_missing(world, run):
    world.register()
    world.fault("GET", r"/mlflow/runs/get$", answer={"status": 200, "body": run})
    found = evidence(world)
    assert (found.metrics, found.trained_at) == ({}, None)
    assert found.job.status == "Completed"


@pytest.mark.parametrize(("step", "known"), [(7, 7), ("7", 7), (None, None), ("last", None)])
def test_a_metric_has_the_step_at_which_it_was_logged_if_there_is_one(world, step, known):
    world.register()
    metric = {"key": "rmse", "value": 3.1, "step": step}
    body = {"run": {"data": {"metrics": [metric]}}}
    world.fault("GET", r"/mlflow/runs/get$", answer={"status": 200, "body": body})
    assert evidence(world).metrics["rmse"].step == known


def test_of_many_values_the_last_one_counts(world):
    world.seed(jobs=[taxi.GOOD.seed() | {"metrics": {"rmse": [9.0, 5.0, 4.25]}}])
    world.register()
    assert evidence(world).metrics == {"rmse": Metric(value=4.25, step=2, run=taxi.GOOD.job)}


def test_metrics_that_are_not_finite_arrive_as_they_are(world):
    job = taxi.GOOD.seed() | {"metrics": {"rmse": "NaN", "loss": "Infinity", "gain": "-Infinity"}}
    world.seed(jobs=[job])
    world.register()
    metrics = figures(evidence(world))
    assert math.isnan(metrics["rmse"])
    assert (metrics["loss"], metrics["gain"]) == (math.inf, -math.inf)


@pytest.mark.parametrize("path", [r"/models/", r"/jobs/", r"/mlflow/"])
def test_a_missing_permission_names_the_role(world, path):
    world.register()
    world.fault("GET", path, answer=ERROR_403)
    with pytest.raises(Refused, match="does not have authorization") as refused:
        evidence(world, context=a_context())
    assert "Reader on the source workspace" in refused.value.failure.remedy


def test_a_running_job_has_figures_and_no_end(world):
    world.seed(jobs=[taxi.GOOD.seed() | {"status": "Running"}])
    world.register()
    found = evidence(world)
    assert (found.job.status, found.trained_at) == ("Running", None)
    assert figures(found)["rmse"] == 3.42


@pytest.mark.parametrize(
    "source", ["", "runs:/../model", "runs:/?run_id=calm_river_1/m", "azureml://runs/"]
)
def test_a_model_without_a_run_has_neither_job_nor_metrics(world, source):
    world.seed(models=[uploaded(properties={"mlflow.modelSourceUri": source})])
    found = evidence(world)
    assert (found.run, found.job, found.metrics, found.params) == (None, None, {}, {})


def uploaded(**what):
    return {
        "workspace": taxi.DEV,
        "name": taxi.MODEL,
        "version": "1",
        "created_at": "2026-03-01T12:00:00Z",
        "uri": "azureml://datastores/workspaceblobstore/paths/model",
    } | what


# -- steps of pipelines


STEP = dataclasses.replace(taxi.GOOD, job="tidy_step_9", pipeline="wide_sky_9")


def pipeline(world, *, step=(), **above):
    """A version made by a step of a pipeline."""
    world.seed(jobs=[STEP.pipeline_seed() | above, STEP.seed() | dict(step)])
    return world.register(training=STEP)


def test_of_a_step_the_job_is_known_by_run_history_and_git_by_its_pipeline(world):
    pipeline(world, step={"properties": {"team": "fares"}})
    job = evidence(world).job
    assert (job.name, job.status, job.parent) == (STEP.job, "Completed", STEP.pipeline)
    assert job.experiment == "taxi-fare"
    assert job.properties["mlflow.source.git.branch"] == "main"
    assert job.properties["team"] == "fares"
    assert job.properties["azureml.runsource"] == "azureml.StepRun"


def test_figures_of_the_pipelines_run_fill_in_and_say_where_they_are_from(world):
    pipeline(world, metrics={"rmse": 9.9, "bias": 0.1}, params={"learner": "none", "seed": 7})
    found = evidence(world)
    assert figures(found) == {"rmse": 3.42, "mae": 2.394, "bias": 0.1}
    assert found.metrics["rmse"].run == STEP.job
    assert found.metrics["bias"].run == STEP.pipeline
    assert (found.params["learner"], found.params["seed"]) == ("linear", "7")


def test_a_step_of_a_pipeline_in_a_pipeline_has_the_figures_of_all_three(world):
    outer = {
        "workspace": taxi.DEV,
        "name": "outer",
        "type": "pipeline",
        "metrics": {"a": 1, "b": 1},
    }
    world.seed(jobs=[outer | {"properties": {"azureml.git.commit": "cafe"}}])
    pipeline(world, parent="outer", metrics={"b": 2})
    found = evidence(world)
    assert {name: found.metrics[name].run for name in "ab"} == {"a": "outer", "b": STEP.pipeline}
    assert found.job.parent == STEP.pipeline
    assert found.job.properties["azureml.git.commit"] == "cafe"


def test_what_git_knew_of_the_step_itself_comes_first(world):
    pipeline(world, step={"properties": {"mlflow.source.git.commit": "own"}})
    assert evidence(world).job.properties["mlflow.source.git.commit"] == "own"


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("path", [f"/jobs/{STEP.pipeline}$", "/history/"])
def test_of_a_step_whatever_is_gone_is_missing(world, path, status):
    pipeline(world)
    gone(world, path, status)
    found = evidence(world)
    assert (found.job.name, found.job.parent) == (STEP.job, STEP.pipeline)
    assert figures(found)["rmse"] == 3.42


@pytest.mark.parametrize("status", [400, 404])
def test_a_step_whose_run_is_gone_is_known_by_its_history_and_its_pipeline(world, status):
    pipeline(world, metrics={"bias": 0.1})
    gone(world, "/mlflow/runs/get$", status)
    found = evidence(world)
    assert found.job.parent == STEP.pipeline
    assert figures(found) == {"bias": 0.1}


@pytest.mark.parametrize("path", [f"/jobs/{STEP.pipeline}$", "/history/"])
def test_for_a_step_a_missing_permission_names_the_role(world, path):
    pipeline(world)
    world.fault("GET", path, answer=ERROR_403)
    with pytest.raises(Refused) as refused:
        evidence(world)
    assert "Reader on the source workspace" in refused.value.failure.remedy


# -- how much is asked of Azure


def asked(world):
    return sorted(request["path"].rpartition("workspaces/")[2] for request in world.requests())


def test_the_evidence_of_a_job_takes_three_requests_and_a_fourth_in_a_new_process(world):
    world.register()
    _tracking_url.cache_clear()
    world.forget_requests()
    evidence(world)
    first = asked(world)
    assert len(first) == 4
    world.forget_requests()
    evidence(world)
    assert [path for path in first if path not in asked(world)] == [taxi.DEV]
    assert len(asked(world)) == 3


def test_the_evidence_of_a_step_takes_three_requests_more(world):
    pipeline(world)
    evidence(world)
    world.forget_requests()
    evidence(world)
    assert len(asked(world)) == 6
