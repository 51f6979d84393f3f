"""Blob storage: uploads of code and models, reads of artifacts and of any other blob.

Clients get addresses of the form /blobs/{account}/{container}/{path} where the stand-in may choose,
and use `https://{account}.blob.localhost:PORT/...` where the SDK builds the host name itself. What
carries `x-ms-version`, as every request of azure-storage-blob does and every request with a token
has to, may also begin with the account: `https://localhost:PORT/{account}/{container}/{path}`.
"""

import re
from email.utils import formatdate
from xml.sax.saxutils import escape

from local.azureml.artifacts import of_url
from local.azureml.errors import PlainError
from local.azureml.store.blobs import Blob
from local.azureml.wire import Call, Reply

_META = "x-ms-meta-"
_VERSION = {"x-ms-version": "2021-08-06", "x-ms-request-id": "local"}
_XML = '<?xml version="1.0" encoding="utf-8"?>'
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


def head(call: Call) -> Reply:
    blob = _asked(call)
    return Reply(200, headers={"Content-Length": str(len(blob.data)), **_describe(blob)})


def get(call: Call) -> Reply:
    """A blob or a range of it, or with comp=list the blobs of a container below a prefix."""
    if call.query.get("comp") == "list":
        return _list(call)
    blob = _asked(call)
    wanted = call.headers.get("x-ms-range") or call.headers.get("range") or ""
    if not (found := _RANGE.fullmatch(wanted)):
        return Reply(200, blob.data, _describe(blob))
    size, first = len(blob.data), int(found[1])
    if first >= size:
        raise _error(call, 416, "InvalidRange", {"Content-Range": f"bytes */{size}"})
    last = min(int(found[2] or size), size - 1)
    part = {"Content-Range": f"bytes {first}-{last}/{size}", **_describe(blob)}
    return Reply(206, blob.data[first : last + 1], part)


def put(call: Call) -> Reply:
    """A block blob in one piece; with comp=metadata its metadata."""
    _require_signature(call)
    blobs = call.cloud.store.blobs
    if call.query.get("comp") == "metadata":
        blob = _find(call)
        blob.describe(
            {
                name.removeprefix(_META): value
                for name, value in call.headers.items()
                if name.startswith(_META)
            }
        )
        return Reply(200, headers=_state(blob))
    if call.headers.get("if-none-match") == "*" and blobs.get(_key(call)):
        raise _error(call, 409, "BlobAlreadyExists")
    blob = blobs.put(_key(call), _content(call))
    return Reply(201, headers={"x-ms-request-server-encrypted": "true", **_state(blob)})


def _content(call: Call) -> bytes:
    """What was sent, or what the blob holds that x-ms-copy-source names (Put Blob From URL)."""
    source = call.headers.get("x-ms-copy-source")
    if source is None:
        return call.raw
    if "sig=" not in source:
        raise _error(call, 403, "CannotVerifyCopySource")
    blob = call.cloud.store.blobs.get(of_url(source))
    if blob is None:
        raise _error(call, 404, "BlobNotFound")
    return blob.data


def _key(call: Call) -> str:
    return f"{call.params['container']}/{call.params['path']}"


def _require_signature(call: Call) -> None:
    if "sig" not in call.query and "authorization" not in call.headers:
        raise _error(call, 401, "NoAuthenticationInformation")


def _find(call: Call) -> Blob:
    _require_signature(call)
    if blob := call.cloud.store.blobs.get(_key(call)):
        return blob
    raise _error(call, 404, "BlobNotFound")


def _asked(call: Call) -> Blob:
    """The blob, unless the request's conditions do not hold."""
    blob = _find(call)
    known, wanted = call.headers.get("if-none-match"), call.headers.get("if-match")
    if known is not None and known in (blob.etag, "*"):
        raise _error(call, 304, "ConditionNotMet", _state(blob))
    if wanted is not None and wanted not in (blob.etag, "*"):
        raise _error(call, 412, "ConditionNotMet")
    return blob


def _state(blob: Blob) -> dict[str, str]:
    changed = {"ETag": blob.etag, "Last-Modified": formatdate(blob.modified, usegmt=True)}
    return {**changed, **_VERSION}


def _describe(blob: Blob) -> dict[str, str]:
    return {
        "x-ms-blob-type": "BlockBlob",
        "Accept-Ranges": "bytes",
        **{_META + name: value for name, value in blob.metadata.items()},
        **_state(blob),
    }


def _list(call: Call) -> Reply:
    _require_signature(call)
    prefix = call.query.get("prefix", "")
    found = call.cloud.store.blobs.under(call.params["container"])
    blobs = "".join(_entry(name, found[name]) for name in sorted(found) if name.startswith(prefix))
    body = f"{_XML}<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker/></EnumerationResults>"
    return Reply(200, body.encode(), {"content-type": "application/xml", **_VERSION})


def _entry(name: str, blob: Blob) -> str:
    properties = {
        "Last-Modified": formatdate(blob.modified, usegmt=True),
        "Etag": blob.etag.strip('"'),
        "Content-Length": str(len(blob.data)),
        "BlobType": "BlockBlob",
    }
    inner = "".join(f"<{key}>{value}</{key}>" for key, value in properties.items())
    return f"<Blob><Name>{escape(name)}</Name><Properties>{inner}</Properties></Blob>"


def _error(call: Call, status: int, code: str, headers: dict[str, str] | None = None) -> PlainError:
    """Storage says what is wrong in a header, so that a HEAD can say it too, and in XML."""
    said = {"x-ms-error-code": code, **_VERSION, **(headers or {})}
    if call.method == "HEAD" or status == 304:
        return PlainError(status, b"", said)
    body = f"{_XML}<Error><Code>{code}</Code><Message>{code}</Message></Error>"
    return PlainError(status, body.encode(), {"content-type": "application/xml", **said})
