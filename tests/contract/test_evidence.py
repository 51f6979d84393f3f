import math

import pytest
from contract.world import DEV, ERROR_403, Refused, World, a_context

from local import taxi
from promotion.core.candidate import Candidate


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
    assert found.metrics == {"rmse": 3.42, "mae": 2.394}
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
    assert found.metrics["rmse"] == 3.42


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
    assert evidence(world).metrics["rmse"] == 3.42


@pytest.mark.parametrize("data", [{}, {"metrics": None}, {"metrics": [{"key": "rmse"}]}])
def test_a_run_that_logged_nothing_has_no_metrics(world, data):
    world.register()
    answer = {"status": 200, "body": {"run": {"data": data}}}
    world.fault("GET", r"/mlflow/runs/get$", answer=answer)
    assert evidence(world).metrics == {}


def test_metrics_that_are_not_finite_arrive_as_they_are(world):
    job = taxi.GOOD.seed() | {"metrics": {"rmse": "NaN", "loss": "Infinity"}}
    world.http.post("/_emulator/seed", json={"jobs": [job]})
    world.register()
    metrics = evidence(world).metrics
    assert math.isnan(metrics["rmse"])
    assert metrics["loss"] == math.inf


@pytest.mark.parametrize("path", [r"/models/", r"/jobs/", r"/mlflow/"])
def test_a_missing_permission_names_the_role(world, path):
    world.register()
    world.fault("GET", path, answer=ERROR_403)
    with pytest.raises(Refused, match="does not have authorization") as refused:
        evidence(world, context=a_context())
    assert "Reader on the source workspace" in refused.value.failure.remedy
