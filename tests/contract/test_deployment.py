import json

import pytest
from contract.world import ERROR_403, NOW, Refused, a_context, a_stage

from promotion.core.errors import Retryable

DEPLOYMENT = r"/deployments/taxi-model-1$"
LOOK = {"started_at": NOW}


@pytest.fixture
def asset_id(world):
    """Version 1 is in the registry, and the endpoint stands."""
    world.settle("ensure_endpoint", stage=a_stage())
    return world.copied(world.register())


def create(world, asset_id, **order):
    return world.do("create_deployment", stage=a_stage(), asset_id=asset_id, **order)


def look(world):
    return world.do("look_at_deployment", stage=a_stage(), **LOOK)


def test_a_deployment_serves_the_registrys_copy_under_the_versions_name(world, asset_id):
    create(world, asset_id)
    assert look(world)["state"] == "succeeded"
    deployment = world.deployment("taxi-model-1")
    assert deployment["properties"]["model"] == asset_id
    assert deployment["properties"]["instanceType"] == "Standard_DS3_v2"
    assert deployment["tags"] == {
        "team": "pricing",
        "promotion.id": "p-1",
        "promotion.model": "taxi-model",
        "promotion.version": "1",
        "promotion.source": "dev",
        "promotion.file": deployment["tags"]["promotion.file"],
    }


def test_creating_returns_while_azure_works_for_minutes(world, asset_id):
    world.seconds(deployment=1200)
    create(world, asset_id)
    assert look(world) == {"settled": False, "state": "updating"}


def test_creating_twice_asks_azure_once(world, asset_id):
    for _ in range(3):
        create(world, asset_id)
    assert len(world.requests("PUT", DEPLOYMENT)) == 1


def test_creating_again_after_a_lost_answer_finds_the_deployment(world, asset_id):
    world.fault("PUT", DEPLOYMENT, drop="after", times=4)
    with pytest.raises(Retryable):
        create(world, asset_id)
    create(world, asset_id)
    assert look(world)["state"] == "succeeded"


def test_a_failed_deployment_gives_azures_reason(world, asset_id):
    quota = {"code": "OutOfQuota", "message": "Not enough quota for Standard_DS3_v2."}
    world.fault("PUT", DEPLOYMENT, operation=quota)
    create(world, asset_id)
    receipt = look(world)
    assert receipt["failure"] == {
        "reason": "The deployment taxi-model-1 failed: Not enough quota for Standard_DS3_v2.",
        "remedy": "Free quota of that size or ask for more, or take a smaller instance_type; then "
        "promote it again (promote retry).",
        "code": "OutOfQuota",
    }


def test_our_own_failed_deployment_is_not_tried_again_by_itself(world, asset_id):
    world.fault("PUT", DEPLOYMENT, operation={"code": "OutOfQuota", "message": "No."})
    create(world, asset_id)
    create(world, asset_id)
    assert look(world)["state"] == "failed"


def test_a_later_promotion_makes_a_failed_deployment_anew(world, asset_id):
    world.fault("PUT", DEPLOYMENT, operation={"code": "OutOfQuota", "message": "No."})
    create(world, asset_id)
    assert look(world)["state"] == "failed"
    create(world, asset_id, context=a_context(promotion_id="p-1-2"))
    assert look(world)["state"] == "succeeded"


def test_a_failed_deployment_that_has_traffic_is_never_overwritten(world):
    stage = world.serving("1")
    asset_id = world.deployment("taxi-model-1")["properties"]["model"]
    world.fault("PUT", DEPLOYMENT, operation={"code": "OutOfQuota", "message": "No."})
    update = world.deployment("taxi-model-1") | {"sku": {"name": "Default", "capacity": 9}}
    world.http.put(
        f"{stage.target.workspace.arm_id}/onlineEndpoints/taxi-fare/deployments/taxi-model-1",
        params={"api-version": "2023-04-01-preview"},
        json=update,
    )
    world.forget_requests()
    create(world, asset_id, context=a_context(promotion_id="p-2"))
    assert world.requests("PUT") == []


MENDED = a_stage().deployment_yaml.replace("Standard_DS3_v2", "Standard_DS4_v2")
FIRST, AGAIN = (a_context(promotion_id=f"p-0123abcd{run}") for run in ("", "-2"))


def create_mended(world, asset_id, context=AGAIN):
    """The same version, from a deployment file that somebody has mended; the size it has then."""
    stage = a_stage(deployment_yaml=MENDED)
    world.do("create_deployment", stage=stage, asset_id=asset_id, context=context)
    assert look(world)["state"] == "succeeded"
    return world.deployment("taxi-model-1")["properties"]["instanceType"]


def test_a_mended_file_counts_when_the_version_is_promoted_again(world, asset_id):
    create(world, asset_id, context=FIRST)
    look(world)
    world.forget_requests()
    for _ in range(2):
        assert create_mended(world, asset_id) == "Standard_DS4_v2"
    assert len(world.requests("PUT", DEPLOYMENT)) == 1
    assert world.deployment("taxi-model-1")["tags"]["promotion.id"] == "p-0123abcd-2"


@pytest.mark.parametrize("context", [FIRST, a_context(promotion_id="back-to-1")])
def test_its_own_deployment_and_what_a_rollback_finds_are_taken_as_they_are(
    world, asset_id, context
):
    create(world, asset_id, context=FIRST)
    assert create_mended(world, asset_id, context) == "Standard_DS3_v2"


@pytest.mark.parametrize("tag", ["promotion.file", "promotion.id"])
def test_a_deployment_that_does_not_say_what_made_it_is_taken_as_it_is(world, asset_id, tag):
    create(world, asset_id, context=FIRST)
    look(world)
    world.untag("onlineEndpoints/taxi-fare/deployments/taxi-model-1", tag)
    assert create_mended(world, asset_id) == "Standard_DS3_v2"


def test_what_serves_is_not_made_anew_from_a_mended_file(world):
    world.serving("1")
    asset_id = world.deployment("taxi-model-1")["properties"]["model"]
    world.retag("onlineEndpoints/taxi-fare/deployments/taxi-model-1", "promotion.id", "p-0123abcd")
    assert create_mended(world, asset_id) == "Standard_DS3_v2"


def test_a_missing_file_is_not_tried_ten_times(world, asset_id):
    yaml = a_stage().deployment_yaml + "code_configuration: {code: nowhere, scoring_script: s.py}\n"
    yaml += "environment: {image: mcr.microsoft.com/azureml/minimal:1}\n"
    with pytest.raises(Refused):
        world.do("create_deployment", stage=a_stage(deployment_yaml=yaml), asset_id=asset_id)


def test_a_deployment_with_another_model_is_never_touched(world, asset_id):
    other = world.copied(world.register("2"))
    create(world, other)
    world.forget_requests()
    with pytest.raises(Refused, match="with another model") as refused:
        create(world, asset_id)
    assert refused.value.failure.code == "DeploymentTaken"
    assert world.requests("PUT") == []


def test_a_deployment_that_vanished_is_said(world, asset_id):
    assert look(world)["failure"]["code"] == "DeploymentGone"


@pytest.fixture
def with_code(tmp_path, monkeypatch):
    """A stage whose deployment file names scoring code beside it."""
    folder = tmp_path / "deploy" / "score"
    folder.mkdir(parents=True)
    (folder / "score.py").write_text("def init(): ...\ndef run(data): return data\n")
    monkeypatch.setenv("PROMOTION_POLICY", str(tmp_path / "promotion.yaml"))
    yaml = a_stage().deployment_yaml + (
        "code_configuration: {code: score, scoring_script: score.py}\n"
        "environment: {image: mcr.microsoft.com/azureml/minimal:1}\n"
    )
    return a_stage(deployment_yaml=yaml)


def test_scoring_code_beside_the_deployment_file_is_uploaded(world, asset_id, with_code):
    world.do("create_deployment", stage=with_code, asset_id=asset_id)
    code = world.deployment("taxi-model-1")["properties"]["codeConfiguration"]
    assert code["scoringScript"] == "score.py"
    assert world.requests("PUT", r"score\.py$")


def test_scoring_code_that_storage_does_not_take_ends_the_step_at_once(world, asset_id, with_code):
    world.fault("PUT", r"score\.py", answer=ERROR_403, times=99)
    with pytest.raises(Refused) as refused:
        world.do("create_deployment", stage=with_code, asset_id=asset_id)
    assert refused.value.failure.code == "AuthorizationFailed"


def test_a_file_that_is_no_deployment_is_refused_with_what_is_wrong(world, asset_id):
    stage = a_stage(deployment_yaml="name: x\nendpoint_name: y\ninstance_cout: 1\n")
    with pytest.raises(Refused) as refused:
        world.do("create_deployment", stage=stage, asset_id=asset_id)
    assert refused.value.failure.reason == (
        "deploy/online-deployment.yml cannot be used: instance_cout: unknown field; "
        "instance_type: missing data for required field."
    )


def test_a_missing_permission_names_the_role(world, asset_id):
    world.fault("PUT", DEPLOYMENT, answer=ERROR_403)
    with pytest.raises(Refused) as refused:
        create(world, asset_id)
    assert "AzureML Data Scientist" in refused.value.failure.remedy


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_passes_by_itself_is_tried_again_later(world, asset_id, status):
    # Retry-After keeps azure-core's own five tries short.
    answer = {"status": status, "headers": {"Retry-After": "0.01"}, "body": {}}
    world.fault("PUT", DEPLOYMENT, answer=answer, times=5)
    with pytest.raises(Retryable) as failed:
        create(world, asset_id)
    # The host keeps one line of an exception, so the failure travels in it as JSON.
    assert json.loads(str(failed.value))["code"] == str(status)
    create(world, asset_id)
    assert look(world)["state"] == "succeeded"


def test_looking_twice_records_the_deployment_under_one_id(world, asset_id):
    create(world, asset_id)
    look(world)
    look(world)
    rows = [row for row in world.audit() if row["Name"] == "promotion.deployed"]
    assert len(rows) == 2
    assert len({row["Properties"]["record_id"] for row in rows}) == 1


def test_a_deployment_may_collect_what_it_is_asked_and_answers(world, asset_id):
    yaml = a_stage().deployment_yaml + (
        "data_collector:\n  sampling_rate: 0.5\n  collections:\n"
        "    model_inputs: {enabled: 'True'}\n    model_outputs: {enabled: 'True'}\n"
    )
    stage = a_stage(deployment_yaml=yaml)
    world.do("create_deployment", stage=stage, asset_id=asset_id)
    assert look(world)["state"] == "succeeded"
    collected = world.deployment("taxi-model-1")["properties"]["dataCollector"]["collections"]
    assert collected["model_inputs"]["dataId"].endswith(
        "/data/taxi-fare-taxi-model-1-model_inputs/versions/1"
    )
    # A second try registers the same data assets.
    world.do("create_deployment", stage=stage, asset_id=asset_id)
