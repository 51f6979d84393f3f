"""Where Azure is and how it is reached: SDK clients and a pipeline for plain requests."""

import importlib
import logging
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from promotion.core.references import WorkspaceRef
from promotion.identity import NAME, credential
from promotion.settings import SettingInvalid, read_settings

if TYPE_CHECKING:
    from azure.ai.ml import MLClient
    from azure.core import PipelineClient
    from azure.core.pipeline.transport import RequestsTransport
    from azure.core.rest import HttpResponse

USER_AGENT: Final = NAME

_PATIENCE: Final[dict[str, Any]] = {"connection_timeout": 10, "read_timeout": 90}
"""Seconds until a request counts as lost; the durable retry policy makes the next one."""

_CONNECTIONS: Final = 32

_CLOUDS: Final = {
    # resource manager, registry discovery; as azure.ai.ml._azure_environments has them.
    "AzureCloud": ("https://management.azure.com/", "https://eastus.api.azureml.ms/"),
    "AzureChinaCloud": (
        "https://management.chinacloudapi.cn/",
        "https://chinaeast2.api.ml.azure.cn/",
    ),
    "AzureUSGovernment": (
        "https://management.usgovcloudapi.net/",
        "https://usgovarizona.api.ml.azure.us/",
    ),
}


def workspace_client(workspace: WorkspaceRef) -> "MLClient":
    """A new SDK client: about 10 ms, and nothing that another thread could disturb."""
    quieten()
    from azure.ai.ml import MLClient

    settings = read_settings()
    options: dict[str, Any] = {"cloud": settings.cloud}
    if settings.cloud_metadata is not None:
        options["cloud_metadata"] = settings.cloud_metadata
    return MLClient(
        credential(),
        workspace.subscription,
        workspace.resource_group,
        workspace.name,
        # Else its upload of a folder waits for ever for a file that storage has refused: only
        # where it shows progress does it look what became of each (azure-ai-ml 1.35.2).
        show_progress=True,
        enable_telemetry=False,
        retry_total=2,
        **_PATIENCE,
        **options,
    )


@cache
def quieten() -> None:
    """Keep the SDK's own log lines for real errors."""
    # Loading the SDK sets the level of its logger, so that comes first.
    importlib.import_module("azure.ai.ml")
    # The SDK logs every "not found" as an error with a traceback; asking whether something is
    # there is our daily work, and our own records say what went wrong.
    logging.getLogger("azure.ai.ml").setLevel(logging.ERROR)
    logging.getLogger("azure.ai.ml._telemetry").setLevel(logging.CRITICAL)


def resource_manager() -> str:
    """Base URL of Azure Resource Manager, with a slash at its end."""
    return _endpoint("resource_manager", 0)


def registry_discovery() -> str:
    """Base URL that says where a registry lives, with a slash at its end."""
    return _endpoint("registry_discovery_endpoint", 1)


def request(
    method: str,
    url: str,
    *,
    params: dict[str, str] | None = None,
    body: object = None,
) -> "HttpResponse":
    """A request with our token, for the few things that the SDK has no public call for.

    An error status raises HttpResponseError; 401, 404 and 409 raise their own subclasses.
    """
    from azure.core import exceptions
    from azure.core.rest import HttpRequest

    if not url.startswith("https://"):
        raise ValueError(f"a token is only sent over https, not to {url}")
    response: HttpResponse = _pipeline(resource_manager()).send_request(
        HttpRequest(method, url, params=params, json=body), **_PATIENCE
    )
    own: dict[int, type[exceptions.HttpResponseError]] = {
        401: exceptions.ClientAuthenticationError,
        404: exceptions.ResourceNotFoundError,
        409: exceptions.ResourceExistsError,
    }
    if error := own.get(response.status_code):
        raise error(response=response)
    response.raise_for_status()
    return response


@cache
def _pipeline(arm: str) -> "PipelineClient[Any, Any]":
    from azure.core import PipelineClient
    from azure.core.pipeline import policies

    return PipelineClient(
        arm,
        transport=_transport(),
        policies=[
            policies.RequestIdPolicy(),
            policies.UserAgentPolicy(USER_AGENT),
            # Azure may ask for minutes of patience: a durable timer waits better than a function.
            policies.RetryPolicy(retry_total=1, retry_backoff_max=2),
            policies.BearerTokenCredentialPolicy(credential(), f"{arm}.default"),
        ],
    )


def _transport() -> "RequestsTransport":
    """Connections for as many threads as ask at once, where the default keeps ten."""
    from azure.core.pipeline.transport import RequestsTransport
    from requests.adapters import HTTPAdapter

    transport = RequestsTransport()
    transport.open()
    # Retries are the pipeline's, as in the adapter that this one replaces.
    adapter = HTTPAdapter(pool_maxsize=_CONNECTIONS, max_retries=0)
    if transport.session is not None:
        transport.session.mount("https://", adapter)
    return transport


def _endpoint(key: str, position: int) -> str:
    settings = read_settings()
    if settings.cloud_metadata is not None and key in settings.cloud_metadata:
        return settings.cloud_metadata[key].rstrip("/") + "/"
    if settings.cloud in _CLOUDS:
        return _CLOUDS[settings.cloud][position]
    raise SettingInvalid(
        f"PROMOTION_CLOUD is {settings.cloud!r}; use one of {', '.join(_CLOUDS)}, "
        "or set PROMOTION_CLOUD_METADATA too"
    )
