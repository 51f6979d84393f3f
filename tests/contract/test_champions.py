"""What serves now, with its evidence: found by the tags of its deployment, or by its model's id."""

import dataclasses

import pytest
from contract.world import DEV, ERROR_403, PROD, Refused, World, a_context, a_stage

from local import taxi
from promotion.azureml.champions import with_champions
from promotion.azureml.evidence import read_candidate
from promotion.core.candidate import Candidate, Champion, Metric
from promotion.core.references import ModelVersion
from promotion.core.ways.base import Target

ONE, TWO = (ModelVersion(name=taxi.MODEL, version=number) for number in "12")
TARGET = a_stage("2").target


def gathered(world: World, **champions: Target) -> Candidate:
    """The evidence of version 2, which is always registered, with the champions."""
    world.register("2", taxi.BETTER)
    order = {
        "source": DEV,
        "champions": {s: t.to_json() for s, t in (champions or {"prod": TARGET}).items()},
    }
    receipt = world.do("gather_evidence", context=a_context(TWO), **order)
    return Candidate.model_validate(receipt["candidate"])


def champion(world: World, **champions: Target) -> Champion | None:
    return gathered(world, **champions).champions["prod"]


def redeployed(world: World, **changes) -> None:
    """The deployment that serves is written anew, with other tags or another model."""
    deployment = world.deployment("taxi-model-1")
    deployment["properties"] |= {k: v for k, v in changes.items() if k != "tags"}
    deployment["tags"] = changes.get("tags", {})
    world.http.put(deployment["id"], params={"api-version": "2023-04-01-preview"}, json=deployment)


def delete(world: World, model: ModelVersion) -> None:
    """Azure deletes versions of models only from its studio: afterwards there is none."""
    body = {"error": {"code": "UserError", "message": "Not found."}}
    path = rf"/workspaces/{DEV.name}/models/{model.name}/versions/{model.version}$"
    world.fault("GET", path, answer={"status": 404, "body": body})


def test_the_champion_is_known_by_the_tags_of_the_deployment_that_serves(world):
    world.serving("1")
    found = champion(world)
    assert (found.deployment, found.model, found.trouble) == ("taxi-model-1", ONE, None)
    assert found.metrics["rmse"] == Metric(value=3.42, step=0, run=taxi.GOOD.job)
    assert found.params["learner"] == "linear"


def test_the_champions_own_tags_are_those_of_its_version(world):
    world.serving("1")
    world.register("1", trained_on="nyc-taxi-2026-01")
    assert champion(world).tags == {"trained_on": "nyc-taxi-2026-01"}


def test_the_candidates_evidence_stays_its_own(world):
    world.serving("1")
    found = gathered(world)
    assert (found.model, found.metrics["rmse"].value) == (TWO, 2.77)


def test_a_champion_made_by_a_step_has_the_figures_of_its_pipeline_too(world):
    step = dataclasses.replace(taxi.GOOD, job="tidy_step_9", pipeline="wide_sky_9")
    world.seed(jobs=[step.pipeline_seed() | {"metrics": {"bias": 0.1}}, step.seed()])
    world.serving("1", step)
    assert champion(world).metrics["bias"].run == "wide_sky_9"


def test_without_an_endpoint_there_is_no_champion(world):
    assert champion(world) is None


def test_without_traffic_there_is_no_champion(world):
    world.standing("1")
    assert champion(world) is None


@pytest.mark.parametrize(
    ("traffic", "serves"),
    [
        ({"taxi-model-1": 80, "taxi-model-3": 20}, "1"),
        ({"taxi-model-1": 20, "taxi-model-3": 80}, "3"),
        ({"taxi-model-1": 50, "taxi-model-3": 50}, "1"),
    ],
)
def test_of_split_traffic_the_larger_share_is_the_champion(world, traffic, serves):
    world.serving("1")
    world.standing("3", taxi.UNLUCKY)
    endpoint = world.endpoint()
    endpoint["properties"]["traffic"] = traffic
    world.put_endpoint(endpoint)
    assert champion(world).model.version == serves


def test_a_champion_that_was_deleted_says_so_and_has_no_figures(world):
    world.serving("1")
    delete(world, ONE)
    world.register("2", taxi.BETTER)
    candidate = read_candidate(DEV, TWO)
    found = with_champions(candidate, {"prod": TARGET}).champions["prod"]
    assert (found.model, found.metrics) == (ONE, {})
    assert found.trouble == "taxi-model:1 is no longer in the workspace mlw-mlops-dev."


def test_a_version_of_another_source_does_not_get_its_namesakes_figures(world):
    world.serving("1")
    world.register("2", taxi.BETTER)
    found = with_champions(read_candidate(DEV, TWO), {"prod": TARGET}, "dev-2").champions["prod"]
    assert (found.model, found.metrics) == (None, {})
    assert (
        found.trouble == "taxi-fare serves taxi-model:1 of dev, which is another source than dev-2."
    )


def test_the_version_that_serves_already_is_its_own_champion_without_more_requests(world):
    world.serving("1")
    candidate = read_candidate(DEV, ONE)
    world.forget_requests()
    found = with_champions(candidate, {"prod": TARGET}, "dev").champions["prod"]
    assert found.metrics == candidate.metrics
    assert not world.requests(path=f"/workspaces/{DEV.name}")


# -- without our tags


def test_without_tags_the_copy_in_the_registry_tells_which_version_it_is(world):
    world.serving("1")
    redeployed(world)
    found = champion(world)
    assert (found.model, found.trouble) == (ONE, None)
    assert found.metrics["rmse"].value == 3.42


@pytest.mark.parametrize(
    "tags",
    [{"promotion.model": "taxi-model"}, {"promotion.model": "..", "promotion.version": "1/2"}],
)
def test_tags_that_name_no_version_are_no_tags(world, tags):
    world.serving("1")
    redeployed(world, tags=tags)
    assert champion(world).model == ONE


def test_a_registry_version_from_elsewhere_has_no_evidence_here(world):
    world.serving("1")
    redeployed(world)
    world.register("2", taxi.BETTER)
    elsewhere = read_candidate(DEV, TWO).model_copy(update={"source": PROD})
    found = with_champions(elsewhere, {"prod": TARGET}).champions["prod"]
    assert found.model is None
    assert "already has taxi-model:1, but it came from" in found.trouble


@pytest.mark.parametrize(
    ("model", "where"),
    [
        (f"{DEV.arm_id}/models/taxi-model/versions/1", "dev"),
        (f"azureml:{DEV.arm_id}/models/taxi-model/versions/1", "dev"),
        (f"azureml:{DEV.arm_id.upper()}/MODELS/taxi-model/VERSIONS/1", "dev"),
        (f"{PROD.arm_id}/models/taxi-model/versions/1", "prod"),
        ("azureml:taxi-model:1", "prod"),
    ],
)
def test_a_model_of_a_workspace_is_a_champion_if_that_is_the_source(world, model, where):
    world.serving("1")
    show(world, model)
    found = champion(world)
    if where == "dev":
        assert (found.model, found.trouble) == (ONE, None)
    else:
        assert found.model is None
        assert found.trouble.endswith("that is no version of mlw-mlops-dev.")


@pytest.mark.parametrize("model", [None, "", "azureml://locations/westeurope/x", "model.pkl"])
def test_a_deployment_of_no_known_model_is_a_champion_without_version(world, model):
    world.serving("1")
    show(world, model)
    found = champion(world)
    assert (found.deployment, found.model) == ("taxi-model-1", None)
    assert found.trouble.startswith("taxi-fare serves ")


def show(world: World, model: str | None) -> None:
    """Azure shows the deployment with that model, and without tags."""
    deployment = world.deployment("taxi-model-1")
    deployment["properties"]["model"] = model
    deployment["tags"] = None
    answer = {"status": 200, "body": deployment}
    world.fault("GET", "/deployments/taxi-model-1$", answer=answer)


def test_a_deployment_that_is_deleted_meanwhile_says_so(world):
    world.serving("1")
    body = {"error": {"code": "NotFound", "message": "Gone."}}
    world.fault("GET", "/deployments/taxi-model-1$", answer={"status": 404, "body": body})
    found = champion(world)
    assert found.trouble == "The deployment taxi-model-1 of taxi-fare was deleted a moment ago."


# -- several stages, and how much is asked of Azure


def test_each_stage_has_its_own_champion(world):
    world.serving("1")
    nowhere = TARGET.model_copy(update={"workspace": DEV})
    found = gathered(world, test=nowhere, prod=TARGET).champions
    assert found["test"] is None
    assert found["prod"].model == ONE


def test_a_version_that_serves_at_two_stages_is_read_once(world):
    world.serving("1")
    world.register("2", taxi.BETTER)
    candidate = read_candidate(DEV, TWO)
    world.forget_requests()
    with_champions(candidate, {"test": TARGET, "prod": TARGET}, "dev")
    assert len(world.requests(path=f"/{DEV.name}/models/taxi-model/versions/1$")) == 1
    assert len(world.requests(path="/mlflow/")) == 1


def test_a_champion_takes_five_requests_and_none_that_changes_anything(world):
    world.serving("1")
    world.register("2", taxi.BETTER)
    candidate = read_candidate(DEV, TWO)
    world.forget_requests()
    with_champions(candidate, {"prod": TARGET}, "dev")
    requests = world.requests()
    assert {request["method"] for request in requests} == {"GET"}
    assert len(requests) <= 5


def test_without_a_gate_that_asks_nobody_is_asked(world):
    world.serving("1")
    world.register("2", taxi.BETTER)
    candidate = read_candidate(DEV, TWO)
    world.forget_requests()
    assert with_champions(candidate, {}) == candidate
    assert world.requests() == []


def test_a_target_that_may_not_be_read_names_the_role(world):
    world.serving("1")
    world.fault("GET", "/onlineEndpoints/", answer=ERROR_403)
    with pytest.raises(Refused, match="what taxi-fare serves") as refused:
        champion(world)
    assert "AzureML Data Scientist on the target workspace" in refused.value.failure.remedy
