"""Long-running operations and the states they leave, looked at without waiting for them."""

from collections.abc import Mapping
from typing import Any, Final

from promotion.azureml import access
from promotion.core.errors import Failure

ASYNC_OPERATION = "AzureAsyncOperationUri"
"""Property of endpoints and deployments that names the operation which last changed them."""

SUCCEEDED: Final = "succeeded"
DELETING: Final = "deleting"
FAILED: Final = frozenset({"failed", "canceled"})
_REMEDIES: Final = {
    "OutOfQuota": "Free quota of that size or ask for more, or take a smaller instance_type; then "
    "promote it again (promote retry)."
}
"""What to do about an operation that failed, by Azure's code.

Source: https://learn.microsoft.com/azure/machine-learning/how-to-troubleshoot-online-endpoints
"""


def state_of(resource: Any) -> str:
    """Provisioning state of an endpoint or deployment, in lowercase.

    The SDK gives an enumeration or a text, spelled as the service happens to.
    """
    state = resource.provisioning_state
    return str(getattr(state, "value", state)).lower()


def failure_of(properties: Mapping[str, Any] | None, subject: str) -> Failure:
    """Why the operation that last changed ``subject`` failed, in Azure's words.

    The resource itself only says ``Failed``; the reason stands in its operation, which Azure
    forgets after a while.
    """
    from azure.core.exceptions import ResourceNotFoundError

    silent = Failure(reason=f"{subject} failed; Azure gives no reason.", code="Failed")
    url = str((properties or {}).get(ASYNC_OPERATION) or "")
    # Anybody who may write the resource may write its properties: our token goes to Azure only.
    if not url.startswith(access.resource_manager()):
        return silent
    try:
        error = access.request("GET", url).json().get("error") or {}
    except ResourceNotFoundError:
        return silent
    texts = [error.get("message"), *(d.get("message") for d in error.get("details") or [])]
    message = " ".join(dict.fromkeys(" ".join(text.split()) for text in texts if text))
    reason = f"{subject} failed: {message or 'Azure gives no reason'}"
    code = error.get("code") or "Failed"
    return Failure(reason=reason, remedy=_REMEDIES.get(code), code=code)
