"""What an endpoint serves, and what it could."""

from collections.abc import Iterable
from typing import Any

from promotion.azureml import access
from promotion.azureml.batch_endpoints import default_of, find_batch_endpoint
from promotion.azureml.deployments import MODEL_TAG, PROMOTION_TAG, SOURCE_TAG, VERSION_TAG
from promotion.azureml.endpoints import find_endpoint, weights
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.operations import SUCCEEDED, state_of
from promotion.azureml.reading import texts
from promotion.core.going_back import Scene, Standing
from promotion.core.marks import PREVIOUS, PREVIOUS_VERSION
from promotion.core.references import ModelVersion
from promotion.core.ways.base import Target


def scene_of(target: Target) -> Scene:
    """The endpoint with all its deployments; empty when there is none."""
    with azure_errors(f"look at the endpoint {target.endpoint}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        endpoint = find_endpoint(client, target.endpoint)
        if endpoint is None:
            return Scene()
        found = client.online_deployments.list(target.endpoint)
        return _scene(endpoint, weights(endpoint), found)


def batch_scene_of(target: Target) -> Scene:
    """The batch endpoint with all its deployments; its default has all the traffic."""
    with azure_errors(f"look at the endpoint {target.endpoint}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        endpoint = find_batch_endpoint(client, target.endpoint)
        if endpoint is None:
            return Scene()
        default = default_of(endpoint)
        found = client.batch_deployments.list(target.endpoint)
        return _scene(endpoint, {default: 100} if default else {}, found)


def _scene(endpoint: Any, traffic: dict[str, int], deployments: Iterable[Any]) -> Scene:
    tags = texts(endpoint.tags)
    return Scene(
        traffic=traffic,
        standing={deployment.name: _standing(deployment) for deployment in deployments},
        marks={name: tags[name] for name in (PREVIOUS, PREVIOUS_VERSION) if name in tags},
    )


def _standing(deployment: Any) -> Standing:
    tags = texts(deployment.tags)
    name, version = tags.get(MODEL_TAG), tags.get(VERSION_TAG)
    return Standing(
        asset_id=str(deployment.model or ""),
        model=ModelVersion(name=name, version=version) if name and version else None,
        promotion_id=tags.get(PROMOTION_TAG),
        source=tags.get(SOURCE_TAG),
        ready=state_of(deployment) == SUCCEEDED,
    )
