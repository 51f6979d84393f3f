"""The real SDK, pointed at the stand-in the way its docstring says, and what tests do with it."""

from typing import Any

from azure.ai.ml import MLClient
from azure.ai.ml.entities import ManagedOnlineDeployment, ManagedOnlineEndpoint, Model
from azure.identity import DefaultAzureCredential
from standin_client import REGISTRY, SUBSCRIPTION, Client

REGISTRY_MODEL = f"azureml://registries/{REGISTRY}/models/taxi/versions/1"


class Sdk:
    """MLClients as a user of the stand-in builds them."""

    def __init__(self, client: Client) -> None:
        base, port = client.azure.url, client.azure.url.rpartition(":")[2]
        self.credential = DefaultAzureCredential()
        self._options: dict[str, Any] = {
            "cloud": f"Local{port}",
            "cloud_metadata": {
                "azure_portal": f"{base}/",
                "resource_manager": f"{base}/",
                "active_directory": f"{base}/",
                "aml_resource_id": "https://ml.azure.com/",
                "storage_endpoint": f"localhost:{port}",
                "registry_discovery_endpoint": f"{base}/",
            },
            "show_progress": False,
            "enable_telemetry": False,
        }

    def workspace(self, name: str = "dev") -> MLClient:
        return MLClient(self.credential, SUBSCRIPTION, f"rg-{name}", name, **self._options)

    def registry(self) -> MLClient:
        return MLClient(self.credential, registry_name=REGISTRY, **self._options)


def register(sdk: Sdk, **fields: Any) -> Model:
    path = "azureml://jobs/train-1/outputs/artifacts/paths/model/"
    model = Model(**{"name": "taxi", "path": path, "type": "mlflow_model", **fields})
    return sdk.workspace().models.create_or_update(model)


def share(sdk: Sdk, version: str = "1") -> Model:
    return sdk.workspace().models.share(
        "taxi", version, share_with_name="taxi", share_with_version=version, registry_name=REGISTRY
    )


def deployment(name: str = "blue", **fields: Any) -> ManagedOnlineDeployment:
    given = {"model": REGISTRY_MODEL, "instance_type": "Standard_DS3_v2", "instance_count": 1}
    return ManagedOnlineDeployment(name=name, endpoint_name="taxi-endpoint", **{**given, **fields})


def serve(sdk: Sdk) -> MLClient:
    """The whole way: registered, shared, deployed, with all the traffic."""
    register(sdk)
    share(sdk)
    prod = sdk.workspace("prod")
    endpoint = ManagedOnlineEndpoint(name="taxi-endpoint", auth_mode="key")
    prod.online_endpoints.begin_create_or_update(endpoint).result()
    prod.online_deployments.begin_create_or_update(deployment()).result()
    endpoint = prod.online_endpoints.get("taxi-endpoint")
    endpoint.traffic = {"blue": 100}
    prod.online_endpoints.begin_create_or_update(endpoint).result()
    return prod
