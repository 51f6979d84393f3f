"""The real azure-ai-ml against the stand-in: pipeline files, mirrored traffic, shared assets."""

from pathlib import Path

import pytest
from azure.ai.ml import MLClient, load_job
from azure.ai.ml.entities import Data, Environment, Job, Model
from azure.ai.ml.exceptions import MlException
from azure.core.exceptions import HttpResponseError
from standin_client import REGISTRY, Client
from standin_sdk import REGISTRY_MODEL, Sdk, deployment, register, serve, share

pytestmark = pytest.mark.filterwarnings("ignore")

PIPELINE = f"""\
type: pipeline
display_name: check
experiment_name: checks
settings: {{default_compute: "azureml:cpu-cluster"}}
inputs:
  model: {{type: mlflow_model, path: "{REGISTRY_MODEL}"}}
jobs:
  score:
    type: command
    command: python score.py ${{{{inputs.model}}}}
    environment: azureml://registries/azureml/environments/sklearn-1.5/versions/1
    inputs: {{model: "${{{{parent.inputs.model}}}}"}}
"""


def submit(prod: MLClient, folder: Path, name: str = "check-1") -> Job:
    """The job right after its submission."""
    file = folder / "job.yml"
    file.write_text(PIPELINE)
    job = load_job(file, params_override=[{"name": name}, {"inputs.model.path": REGISTRY_MODEL}])
    return prod.jobs.create_or_update(job)


@pytest.fixture
def prod(client: Client, sdk: Sdk) -> MLClient:
    register(sdk)
    share(sdk)
    client.seed(computes=[{"workspace": "prod", "name": "cpu-cluster"}])
    return sdk.workspace("prod")


def test_a_pipeline_file_is_submitted_once_and_completes(prod: MLClient, tmp_path: Path) -> None:
    assert submit(prod, tmp_path).status == "Preparing"
    assert submit(prod, tmp_path).status == "Completed"
    found = prod.jobs.get("check-1")
    assert (found.status, found.display_name) == ("Completed", "check")
    assert found.inputs["model"].path == REGISTRY_MODEL


def test_a_job_is_cancelled(client: Client, prod: MLClient, tmp_path: Path) -> None:
    client.clock(1000, "job")
    submit(prod, tmp_path)

    prod.jobs.begin_cancel("check-1").result()

    assert prod.jobs.get("check-1").status == "Canceled"


def test_a_job_whose_cluster_is_missing_is_not_submitted(
    client: Client, prod: MLClient, tmp_path: Path
) -> None:
    client.azure.cloud.store.workspaces_called("prod")[0].computes.clear()

    with pytest.raises(HttpResponseError, match="Compute cpu-cluster was not found"):
        submit(prod, tmp_path)


def test_mirrored_traffic_goes_through_the_sdk(sdk: Sdk) -> None:
    prod = serve(sdk)
    prod.online_deployments.begin_create_or_update(deployment("green")).result()
    endpoint = prod.online_endpoints.get("taxi-endpoint")
    endpoint.tags = {"live": "blue"}
    endpoint.mirror_traffic = {"green": 10}
    prod.online_endpoints.begin_create_or_update(endpoint).result()

    again = prod.online_endpoints.get("taxi-endpoint")
    again.mirror_traffic = {"green": 60}
    with pytest.raises(HttpResponseError, match="50 percent"):
        prod.online_endpoints.begin_create_or_update(again).result()

    found = prod.online_endpoints.get("taxi-endpoint")
    assert (found.traffic, found.mirror_traffic) == ({"blue": 100}, {"green": 10})
    assert found.tags == {"live": "blue"}


def test_a_workspace_takes_a_model_from_the_registry(prod: MLClient) -> None:
    model = Model(
        name="taxi",
        version="1",
        path=REGISTRY_MODEL,
        type="mlflow_model",
        tags={"promoted": "yes"},
    )

    prod.models.create_or_update(model)

    found = prod.models.get("taxi", "1")
    assert (found.path, found.tags) == (REGISTRY_MODEL, {"promoted": "yes"})


def test_data_is_shared_once(client: Client, sdk: Sdk) -> None:
    dev = sdk.workspace()
    path = "azureml://datastores/workspaceblobstore/paths/rides"
    dev.data.create_or_update(Data(name="rides", version="3", type="uri_folder", path=path))
    target = {"share_with_name": "rides", "share_with_version": "3", "registry_name": REGISTRY}

    shared = dev.data.share("rides", "3", **target)

    assert shared.id == f"azureml://registries/{REGISTRY}/data/rides/versions/3"
    assert sdk.registry().data.get("rides", "3").type == "uri_folder"
    with pytest.raises(MlException, match="already exists in registry"):
        dev.data.share("rides", "3", **target)


def test_an_environment_is_created_in_the_registry(sdk: Sdk) -> None:
    registry = sdk.registry()

    registry.environments.create_or_update(Environment(name="e", version="1", image="mcr/x:1"))

    assert registry.environments.get("e", "1").image == "mcr/x:1"
