"""Online endpoints: made if missing, and the one place that writes their traffic."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.files import check_endpoint, load_endpoint, refuse
from promotion.azureml.operations import DELETING, FAILED, SUCCEEDED, failure_of, state_of
from promotion.core.errors import Retryable, Terminal
from promotion.core.marks import PREVIOUS, PREVIOUS_VERSION
from promotion.core.ways.base import Target
from promotion.settings import read_settings

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

type Weights = dict[str, int]
"""Percent of the traffic by deployment; deployments without any are left out."""
type Marks = dict[str, str]
"""Tags that say what served before."""

_MARKS: Final = (PREVIOUS, PREVIOUS_VERSION)


def find_endpoint(client: "MLClient", name: str) -> Any | None:
    """The SDK's entity of the endpoint ``name``, None when there is none."""
    from azure.core.exceptions import ResourceNotFoundError

    try:
        return client.online_endpoints.get(name)
    except ResourceNotFoundError:
        return None


class Standing(NamedTuple):
    """An endpoint that is ready."""

    traffic: Weights
    marks: dict[str, str]


def ensure_endpoint(target: Target, yaml: str) -> Standing | None:
    """The endpoint once it is ready; None while Azure still works on it.

    A missing endpoint is created from the team's file; one that exists is never changed.
    """
    with azure_errors(f"prepare the endpoint {target.endpoint}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        endpoint = find_endpoint(client, target.endpoint)
        if endpoint is None:
            client.online_endpoints.begin_create_or_update(_from_file(yaml))
            return None
        # An endpoint whose last update failed goes on serving, and the next update mends it;
        # only one whose creation failed has no address to serve at.
        if state_of(endpoint) in FAILED and not endpoint.scoring_uri:
            raise _failed(endpoint)
        if not _is_at_rest(endpoint):
            return None
        return Standing(weights(endpoint), _marks_of(endpoint))


def shift_traffic(
    target: Target,
    *,
    expected: Weights,
    wanted: Weights,
    marks: Marks | None = None,
    written: bool,
) -> Weights | None:
    """Bring the endpoint's traffic from ``expected`` to ``wanted``; None while Azure is at it.

    An endpoint's traffic has no PATCH and no ETag, so this reads the endpoint, compares, and
    writes all of it back with only the weights, and the ``marks`` if given, changed. What was
    written is read back by the next call, which is told so by ``written``. Raises Terminal when
    the weights are neither the expected nor the wanted ones, because somebody else changed them,
    and when Azure could not carry out the write.
    """
    with azure_errors(f"shift the traffic of {target.endpoint}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        endpoint = find_endpoint(client, target.endpoint)
        if endpoint is None:
            raise Terminal(
                f"The endpoint {target.endpoint} is gone.",
                remedy="Promote the version again to create it anew.",
                code="EndpointGone",
            )
        if not _is_at_rest(endpoint):
            return None
        if written and state_of(endpoint) in FAILED:
            raise _failed(endpoint)
        if (current := weights(endpoint)) == wanted:
            return current
        _write_traffic(client, endpoint, expected, wanted, marks)
        return None


def take_back_traffic(
    target: Target, restore: Weights, ours: Sequence[Weights], marks: Marks | None = None
) -> Literal["as it was", "not ours", "written", "busy"]:
    """Give the traffic back, if it is distributed as one of ``ours``.

    "as it was": the traffic is as in ``restore``; "not ours": the deployment has none, and somebody
    else has distributed it, which stays; "written": Azure has taken the order to restore it;
    "busy": Azure works on the endpoint. Also works on an endpoint whose last update failed: that
    may be the very update to undo.
    """
    with azure_errors(f"take the traffic of {target.endpoint} back", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        endpoint = find_endpoint(client, target.endpoint)
        if endpoint is None:
            return "not ours"
        if not _is_at_rest(endpoint):
            return "busy"
        current = weights(endpoint)
        if current == restore:
            return "as it was"
        if not current.get(target.deployment):
            return "not ours"
        known = current if current in ours else {target.deployment: 100}
        _write_traffic(client, endpoint, known, restore, marks)
        return "written"


def mirror_traffic(target: Target, *, expected: int, wanted: int, written: bool) -> bool:
    """Bring the mirror from ``expected`` to ``wanted`` percent; False while Azure is at it.

    Only the mirror is changed, and as carefully as ``shift_traffic`` changes the traffic. Raises
    Terminal when it is neither the expected nor the wanted one, or to another deployment.
    """
    name = target.deployment
    with azure_errors(f"mirror traffic to {name}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        endpoint = find_endpoint(client, target.endpoint)
        if endpoint is None:
            raise Terminal(f"The endpoint {target.endpoint} is gone.", code="EndpointGone")
        if not _is_at_rest(endpoint):
            return False
        if written and state_of(endpoint) in FAILED:
            raise _failed(endpoint)
        current = mirror(endpoint)
        if current == _percent(name, wanted):
            return True
        if current != _percent(name, expected):
            raise Terminal(
                f"Somebody else changed what {endpoint.name} mirrors: it is {_spoken(current)}, "
                f"where this rollout expects {_spoken(_percent(name, expected))}.",
                remedy="Find out who did, then promote the version again.",
                code="MirrorChanged",
            )
        _write_mirror(client, endpoint, _percent(name, wanted))
        return False


def take_back_mirror(target: Target) -> Literal["as it was", "written", "busy"]:
    """Mirror nothing to the deployment; a mirror to another one is somebody else's, and stays."""
    with azure_errors(f"end the mirroring to {target.deployment}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        endpoint = find_endpoint(client, target.endpoint)
        if endpoint is None:
            return "as it was"
        if not _is_at_rest(endpoint):
            return "busy"
        current = mirror(endpoint)
        if target.deployment not in current:
            return "as it was"
        rest = {name: share for name, share in current.items() if name != target.deployment}
        _write_mirror(client, endpoint, rest)
        return "written"


def traffic_of(target: Target) -> Weights:
    """The endpoint's traffic as Azure last reported it; empty when there is no endpoint."""
    with azure_errors(f"read the traffic of {target.endpoint}", Role.DEPLOY):
        endpoint = find_endpoint(access.workspace_client(target.workspace), target.endpoint)
        return weights(endpoint) if endpoint is not None else {}


def weights(endpoint: Any) -> Weights:
    """The endpoint's traffic without the zeros that the SDK fills in."""
    return {name: int(share) for name, share in (endpoint.traffic or {}).items() if share}


def mirror(endpoint: Any) -> Weights:
    """Percent of the traffic that is mirrored, by deployment; only those that get any."""
    return {name: int(share) for name, share in (endpoint.mirror_traffic or {}).items() if share}


def _is_at_rest(endpoint: Any) -> bool:
    """Whether Azure is not at work on ``endpoint``, however its last work ended."""
    state = state_of(endpoint)
    if state == DELETING:
        raise Retryable(f"The endpoint {endpoint.name} is being deleted.", code="Deleting")
    return state in {SUCCEEDED, *FAILED}


def _failed(endpoint: Any) -> Terminal:
    failure = failure_of(endpoint.properties, f"The endpoint {endpoint.name}")
    return Terminal(
        failure.reason, remedy="Mend it, then promote the version again.", code=failure.code
    )


def _marks_of(endpoint: Any) -> Marks:
    tags = endpoint.tags or {}
    return {name: str(tags[name]) for name in _MARKS if tags.get(name)}


def _write_traffic(
    client: "MLClient", endpoint: Any, expected: Weights, wanted: Weights, marks: Marks | None
) -> None:
    current = weights(endpoint)
    if current != expected:
        raise Terminal(
            f"Somebody else changed the traffic of {endpoint.name}: it is {_spoken(current)}, "
            f"where this rollout expects {_spoken(expected)}.",
            remedy="Find out who did, then promote the version again.",
            code="TrafficChanged",
        )
    endpoint.traffic = dict(wanted)
    if marks is not None:
        others = {k: value for k, value in (endpoint.tags or {}).items() if k not in _MARKS}
        endpoint.tags = others | marks
    client.online_endpoints.begin_create_or_update(endpoint)


def _write_mirror(client: "MLClient", endpoint: Any, wanted: Weights) -> None:
    endpoint.mirror_traffic = wanted
    client.online_endpoints.begin_create_or_update(endpoint)


def _percent(deployment: str, percent: int) -> Weights:
    return {deployment: percent} if percent else {}


def _from_file(yaml: str) -> Any:
    path = read_settings().policy
    refuse("The endpoint's file", check_endpoint(yaml, path))
    endpoint = load_endpoint(yaml, path)
    # Azure refuses traffic to deployments that do not exist yet, as files may name them.
    endpoint.traffic = {}
    endpoint.mirror_traffic = {}
    return endpoint


def _spoken(traffic: Weights) -> str:
    shares = [f"{share} % {name}" for name, share in sorted(traffic.items())]
    return " and ".join(shares) or "nowhere"
