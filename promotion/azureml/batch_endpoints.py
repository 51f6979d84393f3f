"""Batch endpoints: made if missing, and the one place that writes their default deployment."""

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.files import check_batch_endpoint, load_batch_endpoint, refuse
from promotion.azureml.operations import DELETING, FAILED, SUCCEEDED, failure_of, state_of
from promotion.azureml.reading import texts
from promotion.core.errors import Retryable, Terminal
from promotion.core.marks import PREVIOUS, PREVIOUS_VERSION
from promotion.core.ways.base import Target
from promotion.settings import read_settings

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

_MARKS: Final = (PREVIOUS, PREVIOUS_VERSION)


class BatchStanding(NamedTuple):
    """An endpoint that is ready."""

    default: str | None
    marks: dict[str, str]


def find_batch_endpoint(client: "MLClient", name: str) -> Any | None:
    """The SDK's entity of the batch endpoint ``name``, None when there is none."""
    from azure.core.exceptions import ResourceNotFoundError

    try:
        return client.batch_endpoints.get(name)
    except ResourceNotFoundError:
        return None


def default_of(endpoint: Any) -> str | None:
    """The deployment that answers whoever names none."""
    return getattr(endpoint.defaults, "deployment_name", None) or None


def ensure_batch_endpoint(target: Target, yaml: str) -> BatchStanding | None:
    """The endpoint once it is ready; None while Azure still works on it.

    A missing endpoint is created from the team's file; one that exists is never changed.
    """
    with azure_errors(f"prepare the endpoint {target.endpoint}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        endpoint = find_batch_endpoint(client, target.endpoint)
        if endpoint is None:
            client.batch_endpoints.begin_create_or_update(_from_file(yaml))
            return None
        # An endpoint whose last update failed goes on answering, and the next update mends it;
        # only one whose creation failed has no address to answer at.
        if state_of(endpoint) in FAILED and not endpoint.scoring_uri:
            raise _failed(endpoint)
        if not _is_at_rest(endpoint):
            return None
        return BatchStanding(default_of(endpoint), _marks_of(endpoint))


def set_default(
    target: Target, *, expected: str | None, marks: dict[str, str], written: bool
) -> bool:
    """Whether the target's deployment is the default; if not, Azure is asked to make it so.

    An endpoint has no PATCH for that and no ETag, so this reads it, compares, and writes all of it
    back with only the default and the ``marks`` changed. What was written is read back by the next
    call, which is told so by ``written``. Raises Terminal when the default is neither the expected
    nor the wanted one, because somebody else changed it, and when Azure could not carry out the
    write.
    """
    with azure_errors(f"make {target.deployment} the default of {target.endpoint}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        endpoint = find_batch_endpoint(client, target.endpoint)
        if endpoint is None:
            raise Terminal(
                f"The endpoint {target.endpoint} is gone.",
                remedy="Promote the version again to create it anew.",
                code="EndpointGone",
            )
        if not _is_at_rest(endpoint):
            return False
        if written and state_of(endpoint) in FAILED:
            raise _failed(endpoint)
        current = default_of(endpoint)
        if current == target.deployment:
            return True
        if current != expected:
            raise Terminal(
                f"Somebody else changed the default of {target.endpoint}: it is "
                f"{current or 'none'}, where this delivery expects {expected or 'none'}.",
                remedy="Find out who did, then promote the version again.",
                code="DefaultChanged",
            )
        _write(client, endpoint, target.deployment, marks)
        return False


def take_back_default(
    target: Target, restore: str | None, marks: dict[str, str]
) -> Literal["as it was", "not ours", "written", "busy"]:
    """Give the default back, if it is the target's deployment.

    "as it was": the default is ``restore``; "not ours": somebody else has set another one, which
    stays; "written": Azure has taken the order to restore it; "busy": Azure works on the endpoint.
    Also works on an endpoint whose last update failed: that may be the very update to undo.
    """
    with azure_errors(f"give the default of {target.endpoint} back", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        endpoint = find_batch_endpoint(client, target.endpoint)
        if endpoint is None:
            return "not ours"
        if not _is_at_rest(endpoint):
            return "busy"
        current = default_of(endpoint)
        if current == restore:
            return "as it was"
        if current != target.deployment:
            return "not ours"
        _write(client, endpoint, restore, marks)
        return "written"


def is_default(target: Target, name: str) -> bool:
    """Whether the deployment ``name`` is the endpoint's default now."""
    with azure_errors(f"read the default of {target.endpoint}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        endpoint = find_batch_endpoint(client, target.endpoint)
        return endpoint is not None and default_of(endpoint) == name


def _write(client: "MLClient", endpoint: Any, default: str | None, marks: dict[str, str]) -> None:
    # A PUT without defaults clears the default.
    endpoint.defaults = {"deployment_name": default} if default else None
    others = {name: value for name, value in texts(endpoint.tags).items() if name not in _MARKS}
    endpoint.tags = others | marks
    client.batch_endpoints.begin_create_or_update(endpoint)


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


def _marks_of(endpoint: Any) -> dict[str, str]:
    tags = texts(endpoint.tags)
    return {name: tags[name] for name in _MARKS if tags.get(name)}


def _from_file(yaml: str) -> Any:
    path = read_settings().policy
    refuse("The endpoint's file", check_batch_endpoint(yaml, path))
    endpoint = load_batch_endpoint(yaml, path)
    # Azure refuses a default that does not exist yet, as files may name it.
    endpoint.defaults = None
    return endpoint
