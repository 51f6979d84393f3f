"""The artifact service: files of a run, read with rights on the workspace alone.

A model's `azureml.artifactPrefix` is `{origin}/{container}/{path}`, such as
`ExperimentRun/dcid.<run>/model`.
The service signs an address for each file; storage tells its size (HEAD) and its content (GET).
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from local.azureml.errors import user_error
from local.azureml.resources import lookup
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply

_STORE = "workspaceartifactstore"
_VALID = timedelta(hours=8)
"""How long an address can be read from."""


def by_prefix(call: Call) -> Reply:
    """GET …/prefix/contentinfo?path=: the files whose path begins so, be it in mid-word."""
    workspace = lookup.workspace(call)
    wanted = call.query.get("path", "")
    paths = [path for path in _paths(call, workspace) if path.startswith(wanted)]
    found = [_content(call, workspace, path) for path in paths]
    return Reply(body={"value": found, "continuationToken": None, "nextLink": None})


def one(call: Call) -> Reply:
    """GET …/contentinfo?path=: that one file."""
    workspace = lookup.workspace(call)
    wanted = call.query.get("path", "")
    if wanted not in _paths(call, workspace):
        name = f"{call.params['origin']}/{call.params['container']}/{wanted}"
        raise user_error(404, f"Artifact {name} was not found", inner="NotFoundError")
    return Reply(body=_content(call, workspace, wanted))


def _folder(call: Call, workspace: Workspace) -> str:
    origin, container = call.params["origin"], call.params["container"]
    return f"{workspace.container(_STORE)}/{origin}/{container}"


def _paths(call: Call, workspace: Workspace) -> list[str]:
    return sorted(call.cloud.store.blobs.under(_folder(call, workspace)))


def _content(call: Call, workspace: Workspace, path: str) -> dict[str, Any]:
    until = (datetime.now(UTC) + _VALID).strftime("%Y-%m-%dT%H:%M:%SZ")
    base = f"{call.cloud.url}/blobs/{workspace.storage_account}/{_folder(call, workspace)}"
    signed = f"sv=2019-07-07&sr=b&sig=local&se={quote(until)}&sp=r"
    return {
        "contentUri": f"{base}/{quote(path)}?{signed}",
        "origin": call.params["origin"],
        "container": call.params["container"],
        "path": path,
        "tags": {},
    }
