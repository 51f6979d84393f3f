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


def test_gathering_evidence_changes_nothing(world):
    world.register()
    world.forget_requests()
    evidence(world)
    assert {request["method"] for request in world.requests()} == {"GET"}


def test_a_version_that_is_gone_was_registered_and_then_deleted(world):
    with pytest.raises(Refused, match="registered and then deleted") as refused:
        evidence(world)
    assert refused.value.failure.code == "ModelNotFound"


@pytest.mark.parametrize("path", [r"/jobs/", r"/mlflow/runs/get$"])
def test_a_job_or_run_that_is_gone_is_missing_evidence_and_no_error(world, path):
    world.register()
    world.fault("GET", path, answer={"status": 404, "body": {"error": {"code": "UserError"}}})
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
