"""Blob storage: uploads of code and models, reads of artifacts.

Clients get addresses of the form /blobs/{account}/{container}/{path} where the stand-in may choose,
and use `https://{account}.blob.localhost:PORT/...` where the SDK builds the host name itself.
"""

import hashlib
from email.utils import formatdate
from xml.sax.saxutils import escape

from local.azureml.errors import PlainError
from local.azureml.store.blobs import Blob
from local.azureml.wire import Call, Reply

_META = "x-ms-meta-"
_VERSION = {"x-ms-version": "2021-08-06", "x-ms-request-id": "local"}


def head(call: Call) -> Reply:
    blob = _find(call)
    return Reply(200, headers={"Content-Length": str(len(blob.data)), **_describe(blob)})


def get(call: Call) -> Reply:
    """A blob, or with comp=list the blobs of a container below a prefix."""
    if call.query.get("comp") == "list":
        return _list(call)
    blob = _find(call)
    return Reply(200, blob.data, _describe(blob))


def put(call: Call) -> Reply:
    """A block blob in one piece; with comp=metadata its metadata."""
    _require_signature(call)
    blobs = call.cloud.store.blobs
    if call.query.get("comp") == "metadata":
        _find(call).metadata = {
            name.removeprefix(_META): value
            for name, value in call.headers.items()
            if name.startswith(_META)
        }
        return Reply(200, headers=_VERSION)
    if call.headers.get("if-none-match") == "*" and blobs.get(_key(call)):
        raise _error(409, "BlobAlreadyExists")
    blobs.put(_key(call), call.raw)
    return Reply(201, headers={"x-ms-request-server-encrypted": "true", **_VERSION})


def _key(call: Call) -> str:
    return f"{call.params['container']}/{call.params['path']}"


def _require_signature(call: Call) -> None:
    if "sig" not in call.query and "authorization" not in call.headers:
        raise _error(401, "NoAuthenticationInformation")


def _find(call: Call) -> Blob:
    _require_signature(call)
    if blob := call.cloud.store.blobs.get(_key(call)):
        return blob
    raise _error(404, "BlobNotFound")


def _describe(blob: Blob) -> dict[str, str]:
    return {
        "ETag": f'"0x{hashlib.sha256(blob.data).hexdigest()[:15].upper()}"',
        "Last-Modified": formatdate(usegmt=True),
        "x-ms-blob-type": "BlockBlob",
        **{_META + name: value for name, value in blob.metadata.items()},
        **_VERSION,
    }


def _list(call: Call) -> Reply:
    _require_signature(call)
    container = call.params["container"]
    prefix = call.query.get("prefix", "")
    names = [n for n in call.cloud.store.blobs.under(container) if n.startswith(prefix)]
    blobs = "".join(f"<Blob><Name>{escape(name)}</Name><Properties/></Blob>" for name in names)
    xml = '<?xml version="1.0" encoding="utf-8"?>'
    body = f"{xml}<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker/></EnumerationResults>"
    return Reply(200, body.encode(), {"content-type": "application/xml", **_VERSION})


def _error(status: int, code: str) -> PlainError:
    """Storage says what is wrong in a header, so that a HEAD can say it too."""
    return PlainError(status, b"", {"x-ms-error-code": code, **_VERSION})
