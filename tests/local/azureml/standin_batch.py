"""Builders for batch endpoints, clusters and jobs: what several test files say of them."""

from typing import Any

import httpx
from standin_client import Client, workspace_id

BATCH = f"{workspace_id()}/batchEndpoints/taxi-batch"
CLUSTER = f"{workspace_id()}/computes/cpu-cluster"
INPUT = "azureml://datastores/workspaceblobstore/paths/rides"
FAILURE = {"code": "OutOfQuota", "message": "no cores left"}


def a_cluster(**properties: Any) -> dict[str, Any]:
    asked = {"computeType": "AmlCompute", "properties": {"vmSize": "Standard_DS3_v2"}}
    return {"location": "eastus2", "properties": {**asked, **properties}}


def a_batch_endpoint(default: str | None = None, **fields: Any) -> dict[str, Any]:
    asked = {"authMode": "aadToken", "properties": {}}
    named = {"defaults": {"deploymentName": default}} if default else {}
    return {"location": "eastus2", "tags": {}, "properties": {**asked, **named}, **fields}


def a_batch_deployment(model: str = "models/taxi/versions/1", **properties: Any) -> dict[str, Any]:
    asked = {
        "compute": CLUSTER,
        "model": {"referenceType": "Id", "assetId": f"{workspace_id()}/{model}"},
        "properties": {},
    }
    return {"location": "eastus2", "tags": {}, "properties": {**asked, **properties}}


def serve_batch(client: Client, *names: str) -> None:
    """A registered model behind a batch endpoint; the first deployment is the default."""
    client.register()
    client.seed(computes=[{"workspace": "dev", "name": "cpu-cluster"}])
    client.put(BATCH, a_batch_endpoint())
    for name in names:
        assert client.put(f"{BATCH}/deployments/{name}", a_batch_deployment()).status_code == 201
    assert client.put(BATCH, a_batch_endpoint(names[0])).status_code == 201


def invoke(client: Client, deployment: str | None = None, uri: str = INPUT) -> httpx.Response:
    scoring = client.get(BATCH).json()["properties"]["scoringUri"]
    body = {"properties": {"inputData": {"data": {"jobInputType": "UriFolder", "uri": uri}}}}
    headers = {"azureml-model-deployment": deployment} if deployment else {}
    return client.post(scoring, body, headers=headers)


def job(client: Client, name: str, workspace: str = "dev") -> dict[str, Any]:
    reply = client.get(f"{workspace_id(workspace)}/jobs/{name}")
    assert reply.status_code == 200
    properties: dict[str, Any] = reply.json()["properties"]
    return properties


def history(client: Client, name: str, below: str = "") -> Any:
    """What run history knows of a run."""
    return client.get(f"/history/v1.0{workspace_id()}/runs/{name}{below}").json()


def in_time(client: Client, seconds: float) -> None:
    """Lets time pass: everything that is due by then is settled."""
    operations = client.azure.cloud.store.operations
    before = operations.now()
    operations.now = lambda: before + seconds
