"""Deployments of batch endpoints: created beside the default, looked at, removed."""

from typing import TYPE_CHECKING, Any

from promotion.azureml import access
from promotion.azureml.batch_endpoints import default_of, find_batch_endpoint
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.files import check_batch_deployment, load_batch_deployment, refuse
from promotion.azureml.making import is_unusable, tags_of
from promotion.azureml.operations import (
    ASYNC_OPERATION,
    FAILED,
    SUCCEEDED,
    failure_of,
    state_of,
)
from promotion.azureml.reading import texts
from promotion.core import marks
from promotion.core.errors import Failure
from promotion.core.steps.batch import BatchDeployOrder
from promotion.core.ways.base import Target
from promotion.settings import read_settings

if TYPE_CHECKING:
    from azure.ai.ml import MLClient


def find_batch_deployment(client: "MLClient", target: Target, name: str) -> Any | None:
    """The SDK's entity of the deployment ``name`` of the endpoint; None if there is none."""
    from azure.core.exceptions import ResourceNotFoundError

    try:
        return client.batch_deployments.get(name, target.endpoint)
    except ResourceNotFoundError:
        return None


def create_batch_deployment(order: BatchDeployOrder) -> str | None:
    """Ask Azure for the deployment; the address at which it tells how that goes.

    A deployment of that name that has this very version is left as it is; one that failed is made
    anew, and one that an earlier run of the promotion made from another file; one with another
    model is never touched, nor one that is the default. None if Azure was not asked.
    """
    target = order.target
    with azure_errors(f"create the deployment {target.deployment}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        existing = find_batch_deployment(client, target, target.deployment)
        if existing is not None and not _is_to_be_made_anew(client, order, existing):
            return None
        return _operation(client.batch_deployments.begin_create_or_update(_from_file(order)))


def look_at_batch_deployment(target: Target, operation: str | None) -> tuple[str, Failure | None]:
    """The deployment's state in lowercase, with the reason when Azure could not make it.

    Unlike others, these deployments do not name the ``operation`` that tells the reason.
    """
    with azure_errors(f"look at the deployment {target.deployment}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        deployment = find_batch_deployment(client, target, target.deployment)
        if deployment is None:
            reason = f"The deployment {target.deployment} is gone; somebody deleted it."
            return "gone", Failure(reason=reason, code="DeploymentGone")
        state = state_of(deployment)
        if state in FAILED:
            told = {ASYNC_OPERATION: operation} if operation else {}
            return state, failure_of(told, f"The deployment {target.deployment}")
        return state, None


def remove_batch_deployment(target: Target, name: str, *, only_of: str | None = None) -> bool:
    """Whether the deployment ``name`` is gone; if it still stands Azure is asked to delete it.

    With ``only_of`` a deployment that another promotion or a person made is left standing, and
    that is all there is to do. The caller makes sure that it is not the default.
    """
    with azure_errors(f"remove the deployment {name}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        deployment = find_batch_deployment(client, target, name)
        if deployment is None:
            return True
        if only_of is not None and texts(deployment.tags).get(marks.PROMOTION) != only_of:
            return True
        if state_of(deployment) in {SUCCEEDED, *FAILED}:
            client.batch_deployments.begin_delete(name, target.endpoint)
        # Deleting, or still creating: Azure refuses to delete what it is working on. Look later.
        return False


def is_ours(target: Target, name: str) -> bool:
    """Whether this service made the deployment ``name``, or there is none."""
    with azure_errors(f"look at the deployment {name}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        deployment = find_batch_deployment(client, target, name)
        return deployment is None or bool(texts(deployment.tags).get(marks.PROMOTION))


def version_of(target: Target, model: str, name: str | None) -> str | None:
    """Which version of ``model`` the deployment ``name`` serves, if its tags say so."""
    if name is None:
        return None
    with azure_errors(f"look at the deployment {name}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        deployment = find_batch_deployment(client, target, name)
    tags = texts(deployment.tags) if deployment is not None else {}
    return tags.get(marks.VERSION) if tags.get(marks.MODEL) == model else None


def _is_to_be_made_anew(client: "MLClient", order: BatchDeployOrder, existing: Any) -> bool:
    target = order.target
    if not is_unusable(existing, order):
        return False
    endpoint = find_batch_endpoint(client, target.endpoint)
    return endpoint is None or default_of(endpoint) != target.deployment


def _operation(poller: Any) -> str | None:
    """Where Azure tells how the creation goes: the poller knows it, but does not show it."""
    answer = getattr(poller.polling_method(), "_initial_response", None)
    headers = getattr(getattr(answer, "http_response", None), "headers", None) or {}
    operation: str | None = headers.get("Azure-AsyncOperation")
    return operation


def _from_file(order: BatchDeployOrder) -> Any:
    target = order.target
    path = read_settings().policy.parent / order.path
    refuse(order.path, check_batch_deployment(order.yaml, path, order.asset_id))
    deployment = load_batch_deployment(
        order.yaml,
        path,
        name=target.deployment,
        endpoint_name=target.endpoint,
        model=order.asset_id,
        **order.references,
    )
    deployment.tags = {**(deployment.tags or {}), **tags_of(order)}
    return deployment
