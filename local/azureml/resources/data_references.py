"""Signed addresses of a registry's storage: to upload a version's files, and to download them."""

import uuid
from typing import Any

from local.azureml.artifacts import of_url
from local.azureml.errors import user_error
from local.azureml.resources import lookup
from local.azureml.store.places import Registry
from local.azureml.wire import Call, Reply


def for_upload(call: Call) -> Reply:
    """PUT tempdatarefs: where the files of a version go that is yet to be made."""
    registry = lookup.registry(call)
    name, version = call.params["name"], call.params["version"]
    wanted = str(lookup.required(call.body, "assetId"))
    kind = wanted.split("/")[-4] if wanted.count("/") >= 4 else "models"
    if kind in registry.assets and registry.assets[kind].get(name, version):
        raise user_error(409, f"Asset with ID {wanted} already exists.")
    container = registry.container(kind, name, version)
    return Reply(
        body={
            "blobReferenceForConsumption": _reference(call, registry, container, "rcwl"),
            "imageReferenceForConsumption": None,
            "temporaryDataReferenceId": str(uuid.uuid4()),
            "temporaryDataReferenceType": None,
        }
    )


def for_download(call: Call) -> Reply:
    """POST datarefs: leave to read what a model's `modelUri` names."""
    folder = of_url(str(lookup.required(call.body, "blobUri")))
    reference = _reference(call, lookup.registry(call), folder, "rl")
    reference["credential"]["wasbsUri"] = f"wasbs://{folder}"
    return Reply(body={"blobReferenceForConsumption": reference})


def _reference(call: Call, registry: Registry, folder: str, rights: str) -> dict[str, Any]:
    account = f"{registry.account}1"
    base = f"{call.cloud.url}/blobs/{account}"
    scope = f"/subscriptions/{registry.subscription}/resourceGroups/{registry.resource_group}"
    signed = f"{base}/{folder.partition('/')[0]}?sv=2019-07-07&sr=c&sp={rights}&sig=local"
    return {
        "blobUri": f"{base}/{folder}",
        "storageAccountArmId": f"{scope}/providers/Microsoft.Storage/storageAccounts/{account}",
        "credential": {"credentialType": "SAS", "sasUri": signed, "wasbsUri": None},
    }
