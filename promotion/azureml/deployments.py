"""Online deployments: created beside the live one, looked at, removed."""

import io
from typing import TYPE_CHECKING, Any, Final

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.operations import DELETING, FAILED, SUCCEEDED, failure_of, state_of
from promotion.core.errors import Failure, Retryable, Terminal
from promotion.core.plan import Context, StagePlan
from promotion.settings import read_settings

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

PROMOTION_TAG: Final = "promotion.id"


def create_deployment(stage: StagePlan, context: Context, asset_id: str) -> None:
    """Ask Azure for the deployment of ``asset_id``; returns as soon as Azure has taken it.

    A deployment of that name that already serves, or is about to serve, this very version is
    left as it is; one that failed is made anew; one with another model is never touched.
    """
    with azure_errors(f"create the deployment {stage.deployment}", Role.DEPLOY):
        client = access.workspace_client(stage.workspace)
        existing = find_deployment(client, stage)
        if existing is not None:
            if str(existing.model) != asset_id:
                raise Terminal(
                    f"The endpoint {stage.endpoint} has a deployment {stage.deployment} "
                    f"with another model: {existing.model}.",
                    remedy="Delete that deployment, then promote the version again.",
                    code="DeploymentTaken",
                )
            state = state_of(existing)
            if state == DELETING:
                raise Retryable(
                    f"An earlier deployment {stage.deployment} is still being deleted.",
                    code="Deleting",
                )
            ours = (existing.tags or {}).get(PROMOTION_TAG) == context.promotion_id
            failed = state in FAILED
            # Our own failed one is looked at, so that its reason reaches the record.
            if ours or not failed:
                return
        client.online_deployments.begin_create_or_update(_from_file(stage, context, asset_id))


def look_at_deployment(stage: StagePlan) -> tuple[str, Failure | None]:
    """The deployment's state in lowercase, with the reason when Azure could not make it."""
    with azure_errors(f"look at the deployment {stage.deployment}", Role.DEPLOY):
        client = access.workspace_client(stage.workspace)
        deployment = find_deployment(client, stage)
        if deployment is None:
            reason = f"The deployment {stage.deployment} is gone; somebody deleted it."
            return "gone", Failure(reason=reason, code="DeploymentGone")
        state = state_of(deployment)
        if state in FAILED:
            return state, failure_of(deployment.properties, f"The deployment {stage.deployment}")
        return state, None


def remove_deployment(stage: StagePlan, name: str) -> bool:
    """Whether the deployment ``name`` is gone; if it still stands Azure is asked to delete it.

    The caller makes sure that it has no traffic; Azure refuses otherwise.
    """
    with azure_errors(f"remove the deployment {name}", Role.DEPLOY):
        client = access.workspace_client(stage.workspace)
        deployment = find_deployment(client, stage, name)
        if deployment is None:
            return True
        if state_of(deployment) in {SUCCEEDED, *FAILED}:
            client.online_deployments.begin_delete(name, stage.endpoint)
        # Deleting, or still creating: Azure refuses to delete what it is working on. Look later.
        return False


def find_deployment(client: "MLClient", stage: StagePlan, name: str | None = None) -> Any | None:
    """The SDK's entity of the stage's deployment, or of the one called ``name``; None if none."""
    from azure.core.exceptions import ResourceNotFoundError

    try:
        return client.online_deployments.get(name or stage.deployment, stage.endpoint)
    except ResourceNotFoundError:
        return None


def _from_file(stage: StagePlan, context: Context, asset_id: str) -> Any:
    from azure.ai.ml import load_online_deployment

    deployment = load_online_deployment(
        io.StringIO(stage.deployment_yaml),
        # Relative paths in the file, such as the scoring code, begin where the file stands.
        relative_origin=str(read_settings().policy.parent / stage.deployment_path),
        params_override=[
            {"name": stage.deployment},
            {"endpoint_name": stage.endpoint},
            {"model": asset_id},
        ],
    )
    deployment.tags = {
        **(deployment.tags or {}),
        PROMOTION_TAG: context.promotion_id,
        "promotion.model": context.model.name,
        "promotion.version": context.model.version,
        "promotion.source": context.source,
    }
    return deployment
