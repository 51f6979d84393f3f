"""Online endpoints on Kubernetes: the same files, and a model of their own workspace."""

import pytest
from contract.world import NOW, PROD, a_context, a_smoke_test, a_stage, shift

from local import taxi

ENDPOINT = "name: taxi-fare\ncompute: azureml:aks\nauth_mode: key\n"
DEPLOYMENT = "type: kubernetes\nname: blue\ninstance_type: small\n"
MODEL_ID = f"{PROD.arm_id}/models/{taxi.MODEL}/versions/1"


@pytest.fixture
def stage(world):
    world.seed(computes=[{"workspace": taxi.PROD, "name": "aks", "type": "Kubernetes"}])
    return a_stage(endpoint_yaml=ENDPOINT, deployment_yaml=DEPLOYMENT, kubernetes=True)


def deployed(world, stage):
    model = world.register()
    asset = world.copied(model)
    world.settle("ensure_endpoint", stage=stage)
    receipt = world.do("register_model", workspace=PROD, asset_id=asset)
    order = {"context": a_context(model), "stage": stage, "asset_id": receipt["model_id"]}
    world.do("create_deployment", **order)
    world.settle("look_at_deployment", stage=stage, started_at=NOW)
    return order


def test_the_version_is_registered_in_the_workspace_and_deployed_from_there(world, stage):
    deployed(world, stage)
    made = world.deployment("taxi-model-1")["properties"]
    assert (made["model"], made["endpointComputeType"]) == (MODEL_ID, "Kubernetes")
    assert world.endpoint()["kind"] == "K8S"


def test_deploying_it_twice_finds_the_first(world, stage):
    order = deployed(world, stage)
    world.forget_requests()
    world.do("create_deployment", **order)
    assert world.requests("PUT") == []


def test_it_is_asked_and_gets_the_traffic_like_any_other(world, stage):
    deployed(world, stage)
    assert "failure" not in world.do("smoke_test", stage=stage, test=a_smoke_test())
    assert world.settle("shift_traffic", stage=stage, **shift(stage, {}))["traffic"]
