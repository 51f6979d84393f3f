"""Blobs that somebody else has put into storage."""

from urllib.parse import quote

from local.azureml.control import unknown
from local.azureml.wire import Call, Reply

_ACCOUNT = "localstorage"
"""Any name does: the stand-in has every container in every account."""


def put(call: Call) -> Reply:
    """Writes the body as it is; says the address and the ETag."""
    blob = call.cloud.store.blobs.put(_key(call), call.raw)
    url = f"{call.cloud.url}/{_ACCOUNT}/{quote(_key(call))}"
    return Reply(201, {"url": url, "etag": blob.etag, "size": len(blob.data)})


def delete(call: Call) -> Reply:
    if not call.cloud.store.blobs.delete(_key(call)):
        raise unknown(f"There is no blob {_key(call)}.")
    return Reply(204)


def _key(call: Call) -> str:
    return f"{call.params['container']}/{call.params['path']}"
