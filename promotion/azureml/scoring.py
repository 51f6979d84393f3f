"""Asks one deployment of an endpoint for predictions, over its own route.

``MLClient.online_endpoints.invoke`` keeps the deployment's name in a header that later calls on
other endpoints inherit (azure-ai-ml 1.35.2), so the request is made here.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from promotion.azureml import access
from promotion.azureml.endpoints import find_endpoint
from promotion.azureml.errors import Role, azure_errors
from promotion.core.errors import Retryable, Terminal
from promotion.core.value import Value
from promotion.core.ways.base import Target

if TYPE_CHECKING:
    from azure.ai.ml import MLClient
    from azure.core import PipelineClient
    from azure.core.rest import HttpResponse

DEPLOYMENT_HEADER: Final = "azureml-model-deployment"
_NOT_YET: Final = frozenset({408, 429, 502, 503, 504})
"""Statuses of a deployment whose containers have just started, or of a busy front door."""


class Answer(Value):
    """What a deployment answered."""

    status: int
    body: str
    latency_ms: float
    deployment: str | None
    """The deployment that answered, as the endpoint says."""


class Route:
    """The way to one deployment alone, whatever traffic it has."""

    def __init__(
        self, pipeline: "PipelineClient[Any, Any]", target: Target, address: str, secret: str
    ) -> None:
        self._pipeline = pipeline
        self._target = target
        self._address = address
        self._secret = secret

    def ask(self, body: str, timeout: float, expected: int = 200) -> Answer:
        """POST ``body``; ``timeout`` in seconds.

        Raises Retryable and Terminal when it was not the model that answered, unless the status is
        the ``expected`` one.
        """
        from azure.core.rest import HttpRequest

        headers = {
            "Authorization": f"Bearer {self._secret}",
            "Content-Type": "application/json",
            DEPLOYMENT_HEADER: self._target.deployment,
        }
        request = HttpRequest("POST", self._address, headers=headers, content=body.encode())
        started = time.monotonic()
        with azure_errors(f"ask the deployment {self._target.deployment}", Role.DEPLOY):
            response = self._pipeline.send_request(
                request, connection_timeout=timeout, read_timeout=timeout
            )
            latency = (time.monotonic() - started) * 1000
            if response.status_code != expected:
                self._check(response)
            return Answer(
                status=response.status_code,
                body=response.text(),
                latency_ms=round(latency, 1),
                deployment=response.headers.get(DEPLOYMENT_HEADER),
            )

    def _check(self, response: "HttpResponse") -> None:
        if response.status_code in (401, 403):
            raise Terminal(
                f"The endpoint {self._target.endpoint} refuses our credential "
                f"({response.status_code}): {response.text()[:300]}",
                remedy="Give the app's identity the role AzureML Data Scientist on the target "
                "workspace: it may list keys and score.",
                code=str(response.status_code),
            )
        if response.status_code in _NOT_YET:
            raise Retryable(
                f"The deployment {self._target.deployment} answers {response.status_code}.",
                code=str(response.status_code),
            )


@contextmanager
def route_to(target: Target) -> Iterator[Route]:
    """The way to the target's deployment, with one connection for all that is asked."""
    with azure_errors(f"ask the deployment {target.deployment}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        endpoint = find_endpoint(client, target.endpoint)
        if endpoint is None or not str(endpoint.scoring_uri).startswith("https://"):
            raise Terminal(
                f"The endpoint {target.endpoint} has no scoring address.", code="EndpointGone"
            )
        secret = _secret(client, target.endpoint)
    with _pipeline(endpoint.scoring_uri) as pipeline:
        yield Route(pipeline, target, endpoint.scoring_uri, secret)


def _secret(client: "MLClient", endpoint: str) -> str:
    """The key or token, whichever way the endpoint authenticates."""
    keys: Any = client.online_endpoints.get_keys(endpoint)
    secret: str = getattr(keys, "primary_key", None) or keys.access_token
    return secret


def _pipeline(base_url: str) -> "PipelineClient[Any, Any]":
    # No redirects and no retries: a smoke test reports what the deployment itself answers.
    from azure.core import PipelineClient
    from azure.core.pipeline.policies import UserAgentPolicy

    return PipelineClient(base_url, policies=[UserAgentPolicy(access.USER_AGENT)])
