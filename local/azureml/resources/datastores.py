"""Datastores: the SDK asks for the default one before it uploads a local model folder.

It then talks to `https://{accountName}.blob.localhost:PORT`. That works where the machine resolves
names below localhost (systemd-resolved and macOS do, a bare container does not).
"""

from typing import Any

from local.azureml.errors import not_found
from local.azureml.resources import lookup
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply

_NAMES = ("workspaceblobstore", "workspaceartifactstore")


def get(call: Call) -> Reply:
    return Reply(body=_body(lookup.workspace(call), _name(call)))


def list_all(call: Call) -> Reply:
    workspace = lookup.workspace(call)
    names = _NAMES[:1] if call.query.get("isDefault", "").lower() == "true" else _NAMES
    return Reply(body={"value": [_body(workspace, name) for name in names]})


def list_secrets(call: Call) -> Reply:
    lookup.workspace(call)
    _name(call)
    if call.body.get("expirableSecret"):
        return Reply(body={"secretsType": "Sas", "sasToken": "sv=2021-08-06&sr=c&sig=local"})
    return Reply(body={"secretsType": "AccountKey", "key": "bG9jYWw="})


def _name(call: Call) -> str:
    if call.params["name"] not in _NAMES:
        raise not_found(f"There is no datastore {call.params['name']}.", "NoSuchDatastore")
    return call.params["name"]


def _body(workspace: Workspace, name: str) -> dict[str, Any]:
    return {
        "id": f"{workspace.id}/datastores/{name}",
        "name": name,
        "type": "Microsoft.MachineLearningServices/workspaces/datastores",
        "properties": {
            "description": None,
            "tags": None,
            "properties": None,
            "isDefault": name == _NAMES[0],
            "credentials": {"credentialsType": "AccountKey"},
            "datastoreType": "AzureBlob",
            "accountName": workspace.storage_account,
            "containerName": workspace.container(name),
            "endpoint": "core.windows.net",
            "protocol": "https",
            "serviceDataAccessAuthIdentity": "WorkspaceSystemAssignedIdentity",
        },
        "systemData": {"createdAt": workspace.created, "createdByType": "Application"},
    }
