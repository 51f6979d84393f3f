"""Clusters for batch deployments: made if missing, never changed."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors, message_of
from promotion.azureml.file_hints import with_hints
from promotion.azureml.files import refuse, what_is_wrong
from promotion.azureml.operations import DELETING, FAILED, SUCCEEDED, state_of
from promotion.azureml.reading import look, mapping, text
from promotion.core import marks
from promotion.core.errors import Retryable, Terminal
from promotion.core.references import WorkspaceRef
from promotion.core.steps.batch import ComputeOrder
from promotion.settings import read_settings

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

_API: Final = "2023-08-01-preview"
_CLUSTER: Final = "amlcompute"
_ROLE: Final = "AzureML Compute Operator on the target workspace (a missing cluster is created)"


def load_compute(yaml: str, path: Path) -> Any:
    """The SDK's entity of the compute in ``yaml``, which stands in the file ``path``.

    Raises what the SDK raises.
    """
    from azure.ai.ml import load_compute

    return load_compute(io.StringIO(yaml), relative_origin=str(path))


def check_compute(yaml: str, path: Path) -> list[str]:
    """What is wrong with the cluster in ``yaml``, which stands in the file ``path``."""
    wrong = what_is_wrong(lambda: load_compute(yaml, path), path, _in_compute)
    return with_hints(wrong, yaml, "compute")


def ensure_compute(order: ComputeOrder) -> tuple[bool, str]:
    """Whether the cluster is ready, and its name; a missing one is created from the file."""
    path = read_settings().policy.parent / order.path
    refuse(order.path, check_compute(order.yaml, path))
    compute = load_compute(order.yaml, path)
    name = str(compute.name)
    with azure_errors(f"prepare the cluster {name}", Role.DEPLOY):
        client = access.workspace_client(order.workspace)
        found = _find(client, name)
        if found is None:
            compute.tags = {**(compute.tags or {}), marks.PROMOTION: order.context.promotion_id}
            _create(client, compute)
            return False, name
        state = state_of(found)
        if state in FAILED:
            raise Terminal(
                f"The cluster {name} of {order.workspace.name} failed: "
                f"{_why(order.workspace, name)}",
                remedy="Mend or delete it, then promote the version again.",
                code="ClusterFailed",
            )
    if state == DELETING:
        raise Retryable(f"The cluster {name} is being deleted.", code="Deleting")
    return state == SUCCEEDED, name


def _find(client: "MLClient", name: str) -> Any | None:
    from azure.core.exceptions import ResourceNotFoundError

    try:
        return client.compute.get(name)
    except ResourceNotFoundError:
        return None


def _create(client: "MLClient", compute: Any) -> None:
    from azure.core.exceptions import HttpResponseError

    try:
        client.compute.begin_create_or_update(compute)
    except HttpResponseError as error:
        if error.status_code != 403:
            raise
        raise Terminal(
            f"Could not create the cluster {compute.name}: "
            f"{message_of(error.error, error.message)}",
            remedy=f"Give the app's identity the role {_ROLE}, or create it yourselves.",
            code=error.error.code if error.error else "403",
        ) from error


def _why(workspace: WorkspaceRef, name: str) -> str:
    """Azure's words; of them the SDK passes on the code alone."""
    url = f"{access.resource_manager()}{workspace.arm_id.lstrip('/')}/computes/{quote(name)}"
    found = look(url, {"api-version": _API}) or {}
    errors = mapping(found.get("properties")).get("provisioningErrors")
    listed = errors if isinstance(errors, list) else []
    told = [text(mapping(mapping(one).get("error")).get("message")) for one in listed]
    return " ".join(" ".join(filter(None, told)).split()) or "Azure gives no reason."


def _in_compute(compute: Any) -> Iterator[str]:
    if str(compute.type).lower() != _CLUSTER:
        yield f"type: {compute.type} cannot be created here; only a cluster of type {_CLUSTER} can"
