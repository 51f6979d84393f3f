"""Online endpoints: made if missing, and the one place that writes their traffic."""

import io
from typing import TYPE_CHECKING, Any

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.operations import DELETING, FAILED, SUCCEEDED, failure_of, state_of
from promotion.core.errors import Retryable, Terminal
from promotion.core.plan import StagePlan

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

type Weights = dict[str, int]
"""Percent of the traffic by deployment; deployments without any are left out."""


def find_endpoint(client: "MLClient", name: str) -> Any | None:
    """The SDK's entity of the endpoint ``name``, None when there is none."""
    from azure.core.exceptions import ResourceNotFoundError

    try:
        return client.online_endpoints.get(name)
    except ResourceNotFoundError:
        return None


def ensure_endpoint(stage: StagePlan) -> Weights | None:
    """Traffic of the stage's endpoint once it is ready; None while Azure still works on it.

    A missing endpoint is created from the team's file; one that exists is never changed.
    """
    with azure_errors(f"prepare the endpoint {stage.endpoint}", Role.DEPLOY):
        client = access.workspace_client(stage.workspace)
        endpoint = find_endpoint(client, stage.endpoint)
        if endpoint is None:
            client.online_endpoints.begin_create_or_update(_from_file(stage))
            return None
        return weights(endpoint) if is_ready(endpoint) else None


def shift_traffic(stage: StagePlan, *, expected: Weights, wanted: Weights) -> Weights | None:
    """Bring the endpoint's traffic from ``expected`` to ``wanted``; None while Azure is at it.

    An endpoint has no PATCH and no ETag, so this reads it, compares, and writes all of it back
    with only the weights changed. What was written is read back by the next call. Raises Terminal
    when the weights are neither the expected nor the wanted ones: somebody else changed them.
    """
    with azure_errors(f"shift the traffic of {stage.endpoint}", Role.DEPLOY):
        client = access.workspace_client(stage.workspace)
        endpoint = find_endpoint(client, stage.endpoint)
        if endpoint is None:
            raise Terminal(
                f"The endpoint {stage.endpoint} is gone.",
                remedy="Promote the version again to create it anew.",
                code="EndpointGone",
            )
        if not is_ready(endpoint):
            return None
        if (current := weights(endpoint)) == wanted:
            return current
        _write_traffic(client, endpoint, expected, wanted)
        return None


def take_back_traffic(stage: StagePlan, restore: Weights) -> bool:
    """Whether the stage's deployment has no traffic; if it has all of it, ``restore`` is written.

    Also works on an endpoint whose last update failed: that may be the very update to undo.
    """
    with azure_errors(f"take the traffic of {stage.endpoint} back", Role.DEPLOY):
        client = access.workspace_client(stage.workspace)
        endpoint = find_endpoint(client, stage.endpoint)
        if endpoint is None:
            return True
        if state_of(endpoint) not in {SUCCEEDED, *FAILED}:
            return False
        if not weights(endpoint).get(stage.deployment):
            return True
        _write_traffic(client, endpoint, {stage.deployment: 100}, restore)
        return False


def traffic_of(stage: StagePlan) -> Weights:
    """The endpoint's traffic as Azure last reported it; empty when there is no endpoint."""
    with azure_errors(f"read the traffic of {stage.endpoint}", Role.DEPLOY):
        endpoint = find_endpoint(access.workspace_client(stage.workspace), stage.endpoint)
        return weights(endpoint) if endpoint is not None else {}


def is_ready(endpoint: Any) -> bool:
    """Whether Azure has done its work on ``endpoint``; Terminal with its reason when it failed."""
    state = state_of(endpoint)
    if state in FAILED:
        failure = failure_of(endpoint.properties, f"The endpoint {endpoint.name}")
        raise Terminal(
            failure.reason,
            remedy="Mend or delete the endpoint, then promote the version again.",
            code=failure.code,
        )
    if state == DELETING:
        raise Retryable(f"The endpoint {endpoint.name} is being deleted.", code="Deleting")
    return state == SUCCEEDED


def weights(endpoint: Any) -> Weights:
    """The endpoint's traffic without the zeros that the SDK fills in."""
    return {name: int(share) for name, share in (endpoint.traffic or {}).items() if share}


def _write_traffic(client: "MLClient", endpoint: Any, expected: Weights, wanted: Weights) -> None:
    current = weights(endpoint)
    if current != expected:
        raise Terminal(
            f"Somebody else changed the traffic of {endpoint.name}: it is {_spoken(current)}, "
            f"where this rollout expects {_spoken(expected)}.",
            remedy="Find out who did, then promote the version again.",
            code="TrafficChanged",
        )
    endpoint.traffic = dict(wanted)
    client.online_endpoints.begin_create_or_update(endpoint)


def _from_file(stage: StagePlan) -> Any:
    from azure.ai.ml import load_online_endpoint

    endpoint = load_online_endpoint(io.StringIO(stage.endpoint_yaml))
    # Azure refuses traffic to deployments that do not exist yet, as files may name them.
    endpoint.traffic = {}
    endpoint.mirror_traffic = {}
    return endpoint


def _spoken(traffic: Weights) -> str:
    shares = [f"{share} % {name}" for name, share in sorted(traffic.items())]
    return " and ".join(shares) or "nowhere"
