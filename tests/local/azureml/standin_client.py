"""Builders and a plain HTTP client: what the tests of the stand-in say, in few words."""

import ssl
from typing import Any

import httpx

from local.azureml import StandIn

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
REGISTRY = "shared"
COEFFICIENTS = {"features": ["km", "min"], "coefficients": {"km": 2.0, "min": 0.5}, "intercept": 1}
MLMODEL = """\
flavors:
  python_function: {loader_module: mlflow.sklearn}
  sklearn: {sklearn_version: 1.5.0}
"""
ANY_TOKEN = "anything"
_PROVIDER = "providers/Microsoft.MachineLearningServices"


def workspace_id(name: str = "dev") -> str:
    return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-{name}/{_PROVIDER}/workspaces/{name}"


def registry_path(name: str = REGISTRY) -> str:
    scope = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shared/{_PROVIDER}"
    return f"/mferp/managementfrontend{scope}/registries/{name}"


def a_workspace(name: str, location: str = "eastus2") -> dict[str, Any]:
    return {
        "subscription": SUBSCRIPTION,
        "resource_group": f"rg-{name}",
        "name": name,
        "location": location,
    }


def a_job(name: str = "train-1", workspace: str = "dev", **fields: Any) -> dict[str, Any]:
    artifacts = {"model/MLmodel": MLMODEL, "model/coefficients.json": COEFFICIENTS}
    job = {"name": name, "workspace": workspace, "experiment": "taxi", "artifacts": artifacts}
    return {**job, **fields}


def a_model(**properties: Any) -> dict[str, Any]:
    uri = "azureml://jobs/train-1/outputs/artifacts/paths/model/"
    return {"properties": {"modelUri": uri, "modelType": "mlflow_model", **properties}}


def a_version(version: str = "1", **fields: Any) -> dict[str, Any]:
    """A model version as the seed takes it."""
    made = {"created_at": "2026-01-02T03:04:05+00:00", "job": "train-1"}
    return {"workspace": "dev", "name": "taxi", "version": version, **made, **fields}


def an_endpoint(traffic: dict[str, int] | None = None, **properties: Any) -> dict[str, Any]:
    asked = {"authMode": "Key", "traffic": traffic or {}, "mirrorTraffic": {}, **properties}
    return {"location": "eastus2", "identity": {"type": "SystemAssigned"}, "properties": asked}


def a_deployment(model: str = "azureml:taxi:1", **properties: Any) -> dict[str, Any]:
    asked = {"model": model, "instanceType": "Standard_DS3_v2", "endpointComputeType": "Managed"}
    return {"location": "eastus2", "properties": {**asked, **properties}}


class Client:
    """Speaks to the stand-in as a program does that has a token."""

    def __init__(self, azure: StandIn) -> None:
        self.azure = azure
        trust = ssl.create_default_context(cafile=str(azure.ca_file))
        self._http = httpx.Client(base_url=azure.url, verify=trust, trust_env=False)

    def send(
        self, method: str, path: str, body: Any = None, token: str = ANY_TOKEN, **options: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= options.pop("headers", {})
        if body is not None:
            options["json"] = body
        if path.startswith("/subscriptions") and "api-version" not in path:
            path += f"{'&' if '?' in path else '?'}api-version=2023-08-01-preview"
        return self._http.request(method, path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.send("GET", path, **options)

    def put(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return self.send("PUT", path, body, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.send("POST", path, body, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.send("DELETE", path, **options)

    def close(self) -> None:
        self._http.close()

    # What many tests need to have happened before they begin.

    def seed(self, **things: Any) -> None:
        assert self.post("/_emulator/seed", things).status_code == 204

    def clock(self, seconds: float, *kinds: str) -> None:
        body = {"seconds": dict.fromkeys(kinds, seconds)}
        assert self.put("/_emulator/clock", body).status_code == 200

    def fault(self, path: str, **fault: Any) -> None:
        assert self.post("/_emulator/faults", {"path": path, **fault}).status_code == 201

    def register(self, version: str = "1", name: str = "taxi", **properties: Any) -> httpx.Response:
        path = f"{workspace_id()}/models/{name}/versions/{version}"
        return self.put(path, a_model(**properties))

    def import_model(self, version: str = "1", source: str = "1") -> httpx.Response:
        guid = self.get(workspace_id()).json()["properties"]["workspaceId"]
        asset = f"azureml://locations/eastus2/workspaces/{guid}/models/taxi/versions/{source}"
        asked = {"referenceType": "Id", "destinationName": "taxi", "destinationVersion": version}
        body = {"properties": {**asked, "sourceAssetId": asset}}
        return self.post(f"{registry_path()}/import", body)

    def endpoint(self, traffic: dict[str, int] | None = None, **fields: Any) -> httpx.Response:
        return self.put(
            f"{ENDPOINT}?api-version=2022-02-01-preview", an_endpoint(traffic, **fields)
        )

    def deploy(self, name: str = "blue", **fields: Any) -> httpx.Response:
        return self.put(f"{ENDPOINT}/deployments/{name}", a_deployment(**fields))

    def serve(self, **traffic: int) -> None:
        """A registered model behind an endpoint, with a deployment for each weight."""
        self.register()
        self.endpoint()
        for name in traffic:
            self.deploy(name)
        assert self.endpoint(traffic).status_code == 201

    def score(self, body: Any, token: str | None = None, **headers: str) -> httpx.Response:
        found = self.get(ENDPOINT).json()["properties"]
        key = self.post(f"{ENDPOINT}/listKeys").json().get("primaryKey", "")
        return self.post(
            found["scoringUri"], body, token=key if token is None else token, headers=headers
        )


ENDPOINT = f"{workspace_id()}/onlineEndpoints/taxi-endpoint"
