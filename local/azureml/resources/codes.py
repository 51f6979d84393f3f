"""Code that a deployment brings along: found by its hash, or uploaded and registered."""

import uuid

from local.azureml.artifacts import of_url
from local.azureml.resources import lookup, versioned
from local.azureml.resources.models import base
from local.azureml.store.assets import Asset
from local.azureml.wire import Call, Reply

KIND = "codes"


def get(call: Call) -> Reply:
    return versioned.get(call, KIND)


def versions(call: Call) -> Reply:
    """With a hash: whatever has that content, under any name. The SDK then uploads nothing."""
    workspace = lookup.workspace(call)
    wanted = call.query.get("hash")
    if wanted is None:
        return versioned.versions(call, KIND)
    found = [
        versioned.body(workspace, KIND, asset)
        for asset in workspace.assets[KIND].versions()
        if asset.properties["properties"].get("hash_sha256") == wanted
    ]
    return Reply(body={"value": found})


def put(call: Call) -> Reply:
    """Azure answers isAnonymous false whatever was asked; properties come back as strings."""
    asked = call.properties
    properties = {**base(asked), "isAnonymous": False, "codeUri": asked["codeUri"]}
    properties["properties"] = {key: str(value) for key, value in properties["properties"].items()}
    folder = of_url(asked["codeUri"])
    asset = Asset(call.params["name"], call.params["version"], properties, folder)
    return versioned.put(call, KIND, asset)


def start_pending_upload(call: Call) -> Reply:
    """A container to upload to, with a signature that lets anybody write there."""
    workspace = lookup.workspace(call)
    name = call.params["name"]
    container = f"{workspace.guid[:10]}-{uuid.uuid5(uuid.NAMESPACE_URL, workspace.guid + name)}"
    blob_uri = f"{call.cloud.url}/blobs/{workspace.storage_account}/{container}"
    reference = {
        "blobUri": blob_uri,
        "storageAccountArmId": workspace.id,
        "credential": {
            "credentialType": "SAS",
            "sasUri": f"{blob_uri}?sv=2021-08-06&sr=c&sp=rcwl&sig=local",
        },
    }
    return Reply(
        body={
            "pendingUploadId": str(uuid.uuid4()),
            "pendingUploadType": "TemporaryBlobReference",
            "blobReferenceForConsumption": reference,
        }
    )
