"""Workspaces."""

from typing import Any

from local.azureml.resources import lookup
from local.azureml.store.places import TENANT, Workspace
from local.azureml.wire import Call, Reply


def get(call: Call) -> Reply:
    workspace = lookup.workspace(call)
    return Reply(body=_body(call, workspace), headers={"x-ms-response-type": "standard"})


def discover(call: Call) -> Reply:
    """GET discoveryUrl: the services' addresses. All of them are here."""
    return Reply(body=dict.fromkeys(("api", "history", "experimentation"), call.cloud.url))


def _body(call: Call, workspace: Workspace) -> dict[str, Any]:
    made = {"createdAt": workspace.created, "createdBy": lookup.CREATED_BY}
    changed = {"lastModifiedAt": workspace.created, "lastModifiedBy": lookup.CREATED_BY}
    return {
        "id": workspace.id,
        "name": workspace.name,
        "type": "Microsoft.MachineLearningServices/workspaces",
        "location": workspace.location,
        "tags": {},
        "etag": None,
        "properties": _properties(call, workspace),
        "identity": {
            "type": "SystemAssigned",
            "principalId": workspace.guid,
            "tenantId": TENANT,
        },
        "sku": {"name": "Basic", "tier": "Basic"},
        "systemData": {
            **made,
            "createdByType": "User",
            **changed,
            "lastModifiedByType": "User",
        },
        "kind": "Default",
    }


_SETTINGS: dict[str, Any] = {
    "description": "",
    "hbiWorkspace": False,
    "imageBuildCompute": None,
    "provisioningState": "Succeeded",
    "v1LegacyMode": False,
    "softDeleteEnabled": False,
    "storageHnsEnabled": False,
    "linkedModelInventoryArmId": None,
    "privateLinkCount": 0,
    "publicNetworkAccess": "Enabled",
    "sdkTelemetryAppInsightsKey": "00000000-0000-0000-0000-000000000000",
    "sasGetterUri": "",
}
"""What is the same for every workspace of this cloud."""


def _properties(call: Call, workspace: Workspace) -> dict[str, Any]:
    """`workspaceId` and `location` make a share's source id; `mlFlowTrackingUri` leads to runs."""
    account = workspace.storage_account
    providers = workspace.id.rpartition("/Microsoft.MachineLearningServices/")[0]
    return {
        **_SETTINGS,
        "friendlyName": workspace.name,
        "storageAccount": f"{providers}/Microsoft.Storage/storageAccounts/{account}",
        "keyVault": f"{providers}/Microsoft.Keyvault/vaults/{account.replace('st', 'kv', 1)}",
        "applicationInsights": f"{providers}/Microsoft.insights/components/{workspace.name}",
        "tenantId": TENANT,
        "containerRegistry": f"{providers}/Microsoft.ContainerRegistry/registries/{account}",
        "creationTime": workspace.created,
        "notebookInfo": {
            "resourceId": workspace.guid.replace("-", ""),
            "fqdn": call.cloud.host,
            "isPrivateLinkEnabled": False,
            "notebookPreparationError": None,
        },
        "workspaceId": workspace.guid,
        "discoveryUrl": f"{call.cloud.url}/discovery",
        "mlFlowTrackingUri": mlflow_uri(call, workspace),
    }


def mlflow_uri(call: Call, workspace: Workspace) -> str:
    """The base of MLflow's REST API. Clients put https in the place of azureml."""
    return f"azureml://{call.cloud.host}/mlflow/v1.0{workspace.id}"
