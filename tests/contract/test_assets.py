import json
import time
from io import StringIO

import pytest
from azure.ai.ml import MLClient, load_environment
from contract.world import DEV, ERROR_403, NOW, PROD, Refused, World, a_stage
from ruamel.yaml import YAML

from local import taxi
from promotion.azureml import access, assets, imports
from promotion.core.assets import Asset, InlineEnvironment
from promotion.core.errors import Retryable
from promotion.core.policy.assets import named_assets
from promotion.core.references import ModelVersion
from promotion.core.ways.base import Target
from promotion.identity import credential
from promotion.settings import read_settings

IMPORT = r"/import$"
CREATION = r"/registries/.*/environments/promotion-"
CONDA = "channels: [conda-forge]\ndependencies: [python=3.10, {pip: [scikit-learn==1.5]}]\n"
IMAGE = "mcr.microsoft.com/azureml/minimal:1"
ENVIRONMENT = Asset(kind="environment", name="sklearn-env", version="3")
DATA = Asset(kind="data", name="golden-set", version="2")
INLINE = InlineEnvironment(
    definition=f'{{"conda_file": "conda.yml", "image": "{IMAGE}"}}',
    path="deploy/online-deployment.yml",
)
SHARED = "azureml://registries/mlops-registry/environments/sklearn-env/versions/3"


def order(what=ENVIRONMENT, source=DEV) -> dict:
    return {"source": source, "registry": taxi.REGISTRY, "what": what, "started_at": NOW}


def share(world: World, what=ENVIRONMENT, source=DEV, **more):
    return world.do("share_asset", **order(what, source), **more)


def shared(world: World, what=ENVIRONMENT, source=DEV) -> str:
    """The registry's reference, once it is there."""
    return str(world.settle("share_asset", **order(what, source))["reference"])


def put(world: World, path: str, source=DEV, **properties) -> None:
    """An asset that somebody registers in the workspace."""
    world.http.put(
        f"{source.arm_id}/{path}",
        params={"api-version": "2023-08-01-preview"},
        json={"properties": properties},
    )


def put_environment(world: World, source=DEV, image=IMAGE, conda=CONDA) -> None:
    put(world, "environments/sklearn-env/versions/3", source, image=image, condaFile=conda)


def in_registry(reference: str) -> dict:
    registry, plural, name, _, version = reference.split("/")[3:]
    found = imports.find_version(registry, plural, name, version)
    assert found is not None
    return found["properties"]


@pytest.fixture
def team(world):
    """The data scientists have an environment and a data asset."""
    put_environment(world)
    uri = "azureml://datastores/workspaceblobstore/paths/golden"
    put(world, "data/golden-set/versions/2", dataUri=uri, dataType="uri_folder")
    world.forget_requests()
    return world


@pytest.fixture
def described(world, tmp_path, monkeypatch):
    """A deployment file describes its environment, with a conda file beside it."""
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "conda.yml").write_text(CONDA)
    monkeypatch.setenv("PROMOTION_POLICY", str(tmp_path / "promotion.yaml"))
    return world


def test_an_environment_keeps_its_name_and_version_in_the_registry(team):
    assert shared(team) == SHARED
    (request,) = team.requests("POST", IMPORT)
    asked = request["request_body"]["properties"]
    assert asked["sourceAssetId"].endswith("/environments/sklearn-env/versions/3")
    assert in_registry(SHARED)["image"] == IMAGE


def test_data_gets_a_version_that_is_made_from_its_origin(team):
    reference = shared(team, DATA)
    assert reference.startswith("azureml://registries/mlops-registry/data/golden-set/versions/2-")
    assert in_registry(reference)["dataType"] == "uri_folder"


@pytest.mark.parametrize("what", [ENVIRONMENT, DATA])
def test_we_send_the_import_that_the_sdks_share_sends(team, what):
    def sent() -> tuple:
        request, *_ = team.requests("POST", IMPORT)
        return request["path"], request["query"], request["request_body"]

    # The registry refuses both, so that it can be asked twice.
    team.fault("POST", IMPORT, answer=ERROR_403, times=2)
    with pytest.raises(Refused):
        share(team, what)
    ours = sent()
    team.forget_requests()
    client = access.workspace_client(DEV)
    operations = client.environments if what is ENVIRONMENT else client.data
    with pytest.raises(Exception, match="authorization"):
        operations.share(
            what.name,
            what.version,
            share_with_name=what.name,
            share_with_version=what.version_in_registry(DEV),
            registry_name=taxi.REGISTRY,
        )
    assert ours == sent()


def test_sharing_that_takes_long_is_started_and_left_alone(team):
    team.seconds(**{"import": 45 * 60})
    started = time.monotonic()
    first = share(team)
    again = share(team, operation=first["operation"])
    assert first["settled"] is again["settled"] is False
    assert again["note"] == "sharing environment sklearn-env:3"
    assert time.monotonic() - started < 5
    assert len(team.requests("POST", IMPORT)) == 1


@pytest.mark.parametrize("what", [ENVIRONMENT, DATA])
def test_what_was_shared_before_counts_as_done(team, what):
    reference = shared(team, what)
    team.forget_requests()
    assert share(team, what)["reference"] == reference
    assert team.requests("POST") == []


def test_an_environment_that_somebody_shared_by_hand_counts_as_done(team):
    access.workspace_client(DEV).environments.share(
        "sklearn-env",
        "3",
        share_with_name="sklearn-env",
        share_with_version="3",
        registry_name=taxi.REGISTRY,
    )
    assert share(team)["reference"] == SHARED


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        ({"image": "mcr.microsoft.com/azureml/minimal:2"}, "image"),
        ({"conda": "dependencies: [python=3.11]\n"}, "conda file"),
        ({"conda": None}, "conda file"),
    ],
)
def test_another_environment_of_that_name_and_version_is_never_used(team, other, differs):
    put_environment(team, PROD, **other)
    shared(team, source=PROD)
    with pytest.raises(Refused, match=f"and its {differs} differs") as refused:
        share(team)
    assert refused.value.failure.code == "OriginMismatch"


def test_the_same_environment_from_another_workspace_is_as_good(team):
    put_environment(
        team,
        PROD,
        conda='{"channels": ["conda-forge"], "dependencies": '
        '["python=3.10", {"pip": ["scikit-learn==1.5"]}]}',
    )
    shared(team, source=PROD)
    assert share(team)["reference"] == SHARED


def test_data_of_one_name_from_two_workspaces_never_meets(team):
    uri = "azureml://datastores/workspaceblobstore/paths/other"
    put(team, "data/golden-set/versions/2", PROD, dataUri=uri, dataType="uri_folder")
    assert shared(team, DATA) != shared(team, DATA, source=PROD)


@pytest.mark.parametrize("what", [ENVIRONMENT, DATA])
def test_an_asset_that_the_source_does_not_have_is_said_with_a_way_out(world, what):
    with pytest.raises(Refused) as refused:
        share(world, what)
    failure = refused.value.failure
    assert failure.reason.startswith(f"There is no {what} in the workspace mlw-mlops-dev")
    assert "assets: target" in failure.remedy
    assert world.requests("POST", IMPORT) == []


def test_what_is_missing_can_be_told_before_anything_is_done(team):
    other = ENVIRONMENT.model_copy(update={"version": "9"})
    (told,) = assets.missing(DEV, (ENVIRONMENT, DATA, other, INLINE))
    assert told.startswith("There is no environment sklearn-env:9 in the workspace mlw-mlops-dev")
    assert team.requests("POST") == []


def test_an_import_whose_answer_was_lost_is_found_again(team):
    team.fault("POST", IMPORT, drop="after", times=4)
    with pytest.raises(Retryable):
        share(team)
    assert shared(team) == SHARED


def test_a_share_that_somebody_else_started_is_waited_for(team):
    conflict = {"status": 409, "body": {"error": {"code": "UserError", "message": "Exists."}}}
    team.fault("POST", IMPORT, answer=conflict)
    assert share(team) == {"settled": False, "note": "Exists."}
    assert shared(team) == SHARED


def test_a_failed_share_says_what_azure_said(team):
    team.fault(
        "POST", IMPORT, operation={"code": "StorageError", "message": "The storage is private."}
    )
    with pytest.raises(Refused, match=r"Could not share environment sklearn-env:3 .*is private"):
        shared(team)


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("POST", IMPORT, "AzureML Registry User"),
        ("GET", r"/registries/.*/environments/", "AzureML Registry User"),
        ("GET", r"/workspaces/.*/environments/", "Reader on the source workspace"),
    ],
)
def test_a_missing_permission_names_the_role(team, method, path, role):
    team.fault(method, path, answer=ERROR_403)
    with pytest.raises(Refused) as refused:
        share(team)
    assert role in refused.value.failure.remedy


def test_what_was_shared_is_recorded_with_its_duration(team):
    shared(team)
    shared(team, DATA)
    one, other = [row for row in team.audit() if row["Name"] == "promotion.asset_shared"]
    assert one["Properties"]["asset"] == "environment sklearn-env:3"
    assert one["Properties"]["asset_id"] == SHARED
    assert one["Measurements"]["duration_ms"] > 0
    assert one["Properties"]["record_id"] != other["Properties"]["record_id"]


def test_a_described_environment_gets_a_name_from_its_content(described):
    reference = shared(described, INLINE)
    assert "/environments/promotion-" in reference
    properties = in_registry(reference)
    assert properties["image"] == IMAGE
    assert "scikit-learn==1.5" in properties["condaFile"]


def test_a_described_environment_is_built_once_for_all_stages_and_promotions(described, tmp_path):
    first = shared(described, INLINE)
    written_out = InlineEnvironment(
        definition=f'{{"image": "{IMAGE}", "conda_file": {{"channels": ["conda-forge"], '
        '"dependencies": ["python=3.10", {"pip": ["scikit-learn==1.5"]}]}}',
        path="deploy/other.yml",
    )
    assert shared(described, INLINE) == shared(described, written_out) == first
    assert len(described.requests("PUT", CREATION)) == 1
    (tmp_path / "deploy" / "conda.yml").write_text(CONDA.replace("3.10", "3.11"))
    assert shared(described, INLINE) != first


def test_we_create_the_environment_that_the_sdk_creates(described):
    def sent() -> dict:
        *_, request = described.requests("PUT", r"/registries/.*/environments/.*/versions/1$")
        properties = dict(request["request_body"]["properties"])
        conda = YAML(typ="safe").load(properties.pop("condaFile"))
        return {"conda": conda, **{k: v for k, v in properties.items() if k != "description"}}

    routes = {
        f"{way}_route": {"path": f"/{way}", "port": 8080}
        for way in ("liveness", "readiness", "scoring")
    }
    definition = {"image": IMAGE, "conda_file": "conda.yml", "inference_config": routes}
    shared(described, InlineEnvironment(definition=json.dumps(definition), path="deploy/d.yml"))
    ours = sent()
    folder = read_settings().policy.parent / "deploy" / "d.yml"
    entity = load_environment(
        StringIO(json.dumps(definition | {"name": "by-sdk", "version": "1"})),
        relative_origin=str(folder),
    )
    access.workspace_client(DEV)  # makes the cloud known to the SDK
    client = MLClient(
        credential(),
        registry_name=taxi.REGISTRY,
        cloud=read_settings().cloud,
        show_progress=False,
        enable_telemetry=False,
    )
    client.environments.create_or_update(entity)
    assert ours == sent()


def test_a_conda_file_that_is_not_there_is_said(described, tmp_path):
    (tmp_path / "deploy" / "conda.yml").unlink()
    with pytest.raises(Refused, match=r"deploy/online-deployment.yml cannot be used: .*conda"):
        share(described, INLINE)
    assert described.requests("PUT") == []


@pytest.mark.parametrize("definition", ["{}", '{"image": 5}', '{"conda_file": {"name": "x"}}'])
def test_a_description_that_azure_could_not_use_is_refused(described, definition):
    what = INLINE.model_copy(update={"definition": definition})
    with pytest.raises(Refused, match="cannot be used"):
        share(described, what)
    assert described.requests("PUT") == []


def test_an_anonymous_environment_of_the_source_gets_a_name_of_its_own(world):
    name = "CliV2AnonymousEnvironment"
    put(world, f"environments/{name}/versions/abc", image=IMAGE, isAnonymous=True)
    anonymous = Asset(kind="environment", name=name, version="abc")
    reference = shared(world, anonymous)
    assert "/environments/promotion-" in reference
    assert shared(world, anonymous) == reference


def test_a_deployment_runs_in_the_registrys_environment(team):
    model = team.register()
    asset_id = team.copied(model)
    stage = a_stage(deployment_yaml=a_stage().deployment_yaml + "environment: azureml:no-env:3\n")
    team.settle("ensure_endpoint", stage=stage)
    references = {"environment": shared(team)}
    team.do("create_deployment", stage=stage, asset_id=asset_id, references=references)
    deployment = team.deployment("taxi-model-1")["properties"]
    assert deployment["environmentId"] == SHARED
    assert deployment["model"] == ModelVersion(name="taxi-model", version="1").in_registry(
        taxi.REGISTRY
    )


def test_a_described_environment_gives_way_to_the_registrys(team):
    stage = a_stage(
        deployment_yaml=a_stage().deployment_yaml + f"environment: {{image: '{IMAGE}'}}\n"
    )
    asset_id = team.copied(team.register())
    team.settle("ensure_endpoint", stage=stage)
    references = {"environment": SHARED}
    team.do("create_deployment", stage=stage, asset_id=asset_id, references=references)
    assert team.deployment("taxi-model-1")["properties"]["environmentId"] == SHARED
    assert team.requests("PUT", r"/workspaces/.*/environments/") == []


def test_a_batch_deployment_runs_in_the_registrys_environment(team):
    target = Target(workspace=PROD, endpoint="taxi-monthly", deployment="taxi-model-1")
    asset_id = team.copied(team.register())
    team.seed(computes=[{"workspace": taxi.PROD, "name": "cpu-cluster"}])
    team.settle("ensure_batch_endpoint", target=target, yaml="name: taxi-monthly\n")
    team.do(
        "create_batch_deployment",
        target=target,
        yaml="name: x\nendpoint_name: y\ntype: model\ncompute: azureml:cpu-cluster\n"
        "environment: azureml:sklearn-env:3\nsettings: {mini_batch_size: 10}\n",
        path="deploy/batch-deployment.yml",
        asset_id=asset_id,
        references={"environment": SHARED},
    )
    path = f"{PROD.arm_id}/batchEndpoints/taxi-monthly/deployments/taxi-model-1"
    found = team.http.get(path, params={"api-version": "2024-01-01-preview"}).json()
    assert found["properties"]["environmentId"] == SHARED


def test_a_job_gets_the_registrys_environment_and_data(team):
    yaml = """\
type: pipeline
settings: {default_compute: "azureml:cpu-cluster"}
inputs:
  model: {type: mlflow_model}
  golden: {type: uri_folder, path: azureml:golden-set:2}
jobs:
  score:
    type: command
    command: python score.py ${{inputs.model}} ${{inputs.golden}}
    environment: azureml:sklearn-env:3
    inputs: {model: "${{parent.inputs.model}}", golden: "${{parent.inputs.golden}}"}
"""
    asset_id = team.copied(team.register())
    team.seed(computes=[{"workspace": taxi.PROD, "name": "cpu-cluster"}])
    references = {use.field: shared(team, use.what) for use in named_assets(yaml, "job.yml")}
    order = {"workspace": PROD, "job": "j-1", "yaml": yaml, "path": "job.yml", "input": "model"}
    team.do("submit_job", asset_id=asset_id, references=references, **order)
    url = f"{PROD.arm_id}/jobs/j-1"
    job = team.http.get(url, params={"api-version": "2024-01-01-preview"}).json()["properties"]
    assert job["inputs"]["golden"]["uri"] == references["inputs.golden.path"]
    (component,) = team.requests("PUT", r"/workspaces/mlw-mlops-prod/components/")
    spec = component["request_body"]["properties"]["componentSpec"]
    assert spec["environment"] == SHARED
