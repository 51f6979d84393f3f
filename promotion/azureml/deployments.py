"""Online deployments: created beside the live one, looked at, removed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from promotion.azureml import access
from promotion.azureml.endpoints import find_endpoint, weights
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.files import check_deployment, load_deployment, refuse
from promotion.azureml.making import is_unusable, tags_of
from promotion.azureml.operations import FAILED, SUCCEEDED, failure_of, state_of
from promotion.core import marks
from promotion.core.errors import Failure
from promotion.core.steps.online import DeployOrder
from promotion.core.ways.base import Target
from promotion.settings import read_settings

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

PROMOTION_TAG: Final = marks.PROMOTION
MODEL_TAG: Final = marks.MODEL
VERSION_TAG: Final = marks.VERSION
SOURCE_TAG: Final = marks.SOURCE


def create_deployment(order: DeployOrder) -> None:
    """Ask Azure for the deployment; returns as soon as Azure has taken the order.

    A deployment of that name that already serves, or is about to serve, this very version is
    left as it is; one that failed is made anew, and one that an earlier run of the promotion made
    from another file; one with another model is never touched, nor one that has traffic.
    """
    target = order.target
    with azure_errors(f"create the deployment {target.deployment}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        existing = find_deployment(client, target, target.deployment)
        if existing is None or _is_to_be_made_anew(client, order, existing):
            client.online_deployments.begin_create_or_update(_from_file(order))


def look_at_deployment(target: Target) -> tuple[str, Failure | None]:
    """The deployment's state in lowercase, with the reason when Azure could not make it."""
    with azure_errors(f"look at the deployment {target.deployment}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        deployment = find_deployment(client, target, target.deployment)
        if deployment is None:
            reason = f"The deployment {target.deployment} is gone; somebody deleted it."
            return "gone", Failure(reason=reason, code="DeploymentGone")
        state = state_of(deployment)
        if state in FAILED:
            return state, failure_of(deployment.properties, f"The deployment {target.deployment}")
        return state, None


def remove_deployment(target: Target, name: str, *, only_of: str | None = None) -> bool:
    """Whether the deployment ``name`` is gone; if it still stands Azure is asked to delete it.

    With ``only_of`` a deployment that another promotion or a person made is left standing, and
    that is all there is to do. The caller makes sure that it has no traffic; Azure refuses
    otherwise.
    """
    with azure_errors(f"remove the deployment {name}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        deployment = find_deployment(client, target, name)
        if deployment is None:
            return True
        if only_of is not None and _tag(deployment, PROMOTION_TAG) != only_of:
            return True
        if state_of(deployment) in {SUCCEEDED, *FAILED}:
            client.online_deployments.begin_delete(name, target.endpoint)
        # Deleting, or still creating: Azure refuses to delete what it is working on. Look later.
        return False


def is_ours(target: Target, name: str) -> bool:
    """Whether this service made the deployment ``name``, or there is none."""
    with azure_errors(f"look at the deployment {name}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        deployment = find_deployment(client, target, name)
        return deployment is None or bool(_tag(deployment, PROMOTION_TAG))


def versions_of(target: Target, model: str, names: Iterable[str]) -> dict[str, str]:
    """Which version of ``model`` each of the deployments serves, as far as their tags say."""
    with azure_errors(f"look at the deployments of {target.endpoint}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        found = {name: find_deployment(client, target, name) for name in names}
        return {
            name: version
            for name, deployment in found.items()
            if _tag(deployment, MODEL_TAG) == model
            and (version := _tag(deployment, VERSION_TAG)) is not None
        }


def find_deployment(client: "MLClient", target: Target, name: str) -> Any | None:
    """The SDK's entity of the deployment ``name`` of the endpoint; None if there is none."""
    from azure.core.exceptions import ResourceNotFoundError

    try:
        return client.online_deployments.get(name, target.endpoint)
    except ResourceNotFoundError:
        return None


def _is_to_be_made_anew(client: "MLClient", order: DeployOrder, existing: Any) -> bool:
    target = order.target
    if not is_unusable(existing, order):
        return False
    endpoint = find_endpoint(client, target.endpoint)
    return endpoint is None or not weights(endpoint).get(target.deployment)


def _from_file(order: DeployOrder) -> Any:
    target = order.target
    path = read_settings().policy.parent / order.path
    refuse(order.path, check_deployment(order.yaml, path, _reference(order.asset_id)))
    deployment = load_deployment(
        order.yaml,
        path,
        name=target.deployment,
        endpoint_name=target.endpoint,
        model=_reference(order.asset_id),
        **order.references,
    )
    deployment.tags = {**(deployment.tags or {}), **tags_of(order)}
    return deployment


def _reference(asset_id: str) -> str:
    """The model as deployment files name it: ids of Azure Resource Manager have a prefix there."""
    return f"azureml:{asset_id}" if asset_id.startswith("/") else asset_id


def _tag(deployment: Any | None, name: str) -> str | None:
    return (deployment.tags or {}).get(name) if deployment is not None else None
