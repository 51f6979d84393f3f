"""The real azure-ai-ml against the stand-in: clusters, batch endpoints, their jobs."""

from pathlib import Path

import pytest
from azure.ai.ml import Input, MLClient, load_batch_deployment
from azure.ai.ml.constants._endpoint import EndpointInvokeFields
from azure.ai.ml.entities import AmlCompute, BatchEndpoint, BatchJob, KubernetesOnlineEndpoint
from azure.ai.ml.entities._load_functions import load_model_batch_deployment
from azure.ai.ml.exceptions import ValidationException
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from standin_client import Client
from standin_sdk import REGISTRY_MODEL, Sdk, register, share

pytestmark = pytest.mark.filterwarnings("ignore")

FLAT = f"""\
name: flat
endpoint_name: taxi-batch
model: {REGISTRY_MODEL}
compute: azureml:cpu-cluster
mini_batch_size: 5
output_action: append_row
"""
WITH_SETTINGS = f"""\
type: model
name: nested
endpoint_name: taxi-batch
model: {REGISTRY_MODEL}
compute: azureml:cpu-cluster
settings: {{mini_batch_size: 7, output_action: append_row, max_concurrency_per_instance: 2}}
"""


@pytest.fixture(autouse=True)
def _own_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK keeps the deployment of an invocation for all that follow, online ones too."""
    headers = dict(EndpointInvokeFields.DEFAULT_HEADER)
    monkeypatch.setattr(EndpointInvokeFields, "DEFAULT_HEADER", headers)


@pytest.fixture
def prod(sdk: Sdk) -> MLClient:
    """A batch endpoint and its cluster, and a model in the registry."""
    register(sdk)
    share(sdk)
    prod = sdk.workspace("prod")
    cluster = AmlCompute(name="cpu-cluster", size="Standard_DS3_v2", max_instances=2)
    assert prod.compute.begin_create_or_update(cluster).result().provisioning_state == "Succeeded"
    endpoint = BatchEndpoint(name="taxi-batch", tags={"team": "taxi"})
    prod.batch_endpoints.begin_create_or_update(endpoint).result()
    return prod


def deploy(prod: MLClient, folder: Path, text: str) -> str:
    file = folder / "deployment.yml"
    file.write_text(text)
    load = load_model_batch_deployment if "settings" in text else load_batch_deployment
    made = prod.batch_deployments.begin_create_or_update(load(file)).result()
    assert made.provisioning_state == "Succeeded"
    return str(made.name)


def invoke(prod: MLClient, deployment: str) -> BatchJob:
    rides = Input(type="uri_folder", path="azureml://datastores/workspaceblobstore/paths/rides")
    return prod.batch_endpoints.invoke(
        "taxi-batch", deployment_name=deployment, inputs={"data": rides}
    )


def test_deployment_files_of_both_forms_are_deployed(prod: MLClient, tmp_path: Path) -> None:
    for text in (FLAT, WITH_SETTINGS):
        deploy(prod, tmp_path, text)

    listed = {found.name: found for found in prod.batch_deployments.list("taxi-batch")}
    assert set(listed) == {"flat", "nested"}
    assert listed["nested"].mini_batch_size == 7
    assert listed["flat"].model == REGISTRY_MODEL


def test_the_default_deployment_is_set_and_tags_are_kept(prod: MLClient, tmp_path: Path) -> None:
    deploy(prod, tmp_path, FLAT)
    endpoint = prod.batch_endpoints.get("taxi-batch")

    endpoint.defaults.deployment_name = "flat"
    prod.batch_endpoints.begin_create_or_update(endpoint).result()

    found = prod.batch_endpoints.get("taxi-batch")
    assert found.defaults.deployment_name == "flat"
    assert found.tags == {"team": "taxi"}
    assert [endpoint.name for endpoint in prod.batch_endpoints.list()] == ["taxi-batch"]


def test_an_invocation_is_a_job_that_can_be_read(prod: MLClient, tmp_path: Path) -> None:
    deploy(prod, tmp_path, FLAT)

    job = invoke(prod, "flat")

    assert job.status == "Preparing"
    assert prod.jobs.get(str(job.name)).status == "Completed"
    assert [found.name for found in prod.batch_endpoints.list_jobs("taxi-batch")] == [job.name]
    assert prod.batch_deployments.list_jobs("taxi-batch", name="other") == []
    with pytest.raises(ValidationException, match="not found"):
        invoke(prod, "nobody")


def test_a_failed_deployment_says_why(client: Client, prod: MLClient, tmp_path: Path) -> None:
    quota = {"code": "Quota", "message": "full"}
    client.fault("batchEndpoints/taxi-batch/deployments", method="PUT", operation=quota)

    with pytest.raises(HttpResponseError, match="full"):
        deploy(prod, tmp_path, FLAT)

    assert prod.batch_deployments.get("flat", "taxi-batch").provisioning_state == "Failed"


def test_deployments_and_endpoints_are_deleted(prod: MLClient, tmp_path: Path) -> None:
    deploy(prod, tmp_path, FLAT)

    prod.batch_deployments.begin_delete("flat", "taxi-batch").result()
    prod.batch_endpoints.begin_delete("taxi-batch").result()

    with pytest.raises(ResourceNotFoundError):
        prod.batch_endpoints.get("taxi-batch")


def test_a_cluster_that_is_missing_is_not_found(prod: MLClient) -> None:
    with pytest.raises(ResourceNotFoundError):
        prod.compute.get("nowhere")


def test_an_endpoint_on_kubernetes_keeps_its_cluster(client: Client, prod: MLClient) -> None:
    client.seed(computes=[{"workspace": "prod", "name": "aks", "type": "Kubernetes"}])
    endpoint = KubernetesOnlineEndpoint(name="k8s-endpoint", compute="aks", auth_mode="key")

    prod.online_endpoints.begin_create_or_update(endpoint).result()

    found = prod.online_endpoints.get("k8s-endpoint")
    assert isinstance(found, KubernetesOnlineEndpoint)
    assert prod.compute.get("aks").type == "kubernetes"
