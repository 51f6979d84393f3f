"""Asks one deployment of an endpoint for predictions, over its own route.

``MLClient.online_endpoints.invoke`` keeps the deployment's name in a header that later calls on
other endpoints inherit (azure-ai-ml 1.35.2), so the request is made here.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from promotion.azureml import access
from promotion.azureml.bodies import MAX_BODY, TooLarge, read_body
from promotion.azureml.endpoints import find_endpoint
from promotion.azureml.errors import Role, azure_errors
from promotion.core.errors import Retryable, Terminal
from promotion.core.value import Value
from promotion.core.ways.base import Target

if TYPE_CHECKING:
    from azure.ai.ml import MLClient
    from requests import Session

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

    def __init__(self, session: "Session", target: Target, address: str, secret: str) -> None:
        self._session = session
        self._target = target
        self._address = address
        self._secret = secret

    def ask(self, body: str, timeout: float, expected: int = 200) -> Answer:
        """POST ``body``; ``timeout`` in seconds, for the whole answer.

        Raises Retryable and Terminal when it was not the model that answered, unless the status is
        the ``expected`` one, and Terminal when the answer is too long, or too long in coming.
        """
        headers = {
            "Authorization": f"Bearer {self._secret}",
            "Content-Type": "application/json",
            DEPLOYMENT_HEADER: self._target.deployment,
        }
        started = time.monotonic()
        with (
            azure_errors(f"ask the deployment {self._target.deployment}", Role.DEPLOY),
            self._troubles(timeout),
            self._session.post(
                self._address,
                data=body.encode(),
                headers=headers,
                timeout=timeout,
                stream=True,
                allow_redirects=False,
            ) as response,
        ):
            # Services repeat requests in their errors.
            said = read_body(response, started + timeout).replace(self._secret, "(our key)")
            latency = (time.monotonic() - started) * 1000
            if response.status_code != expected:
                self._check(response.status_code, said)
            return Answer(
                status=response.status_code,
                body=said,
                latency_ms=round(latency, 1),
                deployment=response.headers.get(DEPLOYMENT_HEADER),
            )

    @contextmanager
    def _troubles(self, timeout: float) -> Iterator[None]:
        from requests.exceptions import Timeout
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        name = self._target.deployment
        try:
            yield
        except TooLarge:
            raise Terminal(
                f"The deployment {name} answered more than {MAX_BODY // 1024 // 1024} MiB.",
                remedy="Send a sample request that is answered with less.",
                code="AnswerTooLarge",
            ) from None
        except TimeoutError:
            raise Terminal(
                f"The deployment {name} did not answer within {timeout:g} s: it began to, and did "
                "not end.",
                remedy="Mend the model, or raise timeout of the smoke test.",
                code="AnswerTooSlow",
            ) from None
        except (Timeout, ReadTimeoutError) as error:
            reason = f"The deployment {name} did not answer within {timeout:g} s."
            raise Retryable(reason, code="NoAnswer") from error
        except HTTPError as error:  # from below requests, which wraps only what it reads itself
            reason = f"The deployment {name} broke off its answer: {error}."
            raise Retryable(reason, code="ConnectionFailed") from error

    def _check(self, status: int, said: str) -> None:
        if status in (401, 403):
            raise Terminal(
                f"The endpoint {self._target.endpoint} refuses our credential "
                f"({status}): {said[:300]}",
                remedy="Give the app's identity the role AzureML Data Scientist on the target "
                "workspace: it may list keys and score.",
                code=str(status),
            )
        if status in _NOT_YET:
            raise Retryable(
                f"The deployment {self._target.deployment} answers {status}.", code=str(status)
            )


@contextmanager
def route_to(target: Target) -> Iterator[Route]:
    """The way to the target's deployment, with one connection for all that is asked."""
    with azure_errors(f"ask the deployment {target.deployment}", Role.DEPLOY):
        client = access.workspace_client(target.workspace)
        endpoint = find_endpoint(client, target.endpoint)
        address = str((endpoint and endpoint.scoring_uri) or "")
        _check_address(target.endpoint, address)
        secret = _secret(client, target.endpoint)
    with _session() as session:
        yield Route(session, target, address, secret)


def _check_address(endpoint: str, address: str) -> None:
    if address.startswith("http://"):  # as on Kubernetes, where nobody has set TLS up
        raise Terminal(
            f"The endpoint {endpoint} answers over http only, and its key is not sent over that.",
            remedy="Give it TLS, or leave smoke_test out of the policy: "
            "https://learn.microsoft.com/azure/machine-learning/how-to-secure-kubernetes-online-endpoint",
            code="EndpointWithoutTls",
        )
    if not address.startswith("https://"):
        raise Terminal(f"The endpoint {endpoint} has no scoring address.", code="EndpointGone")


def _secret(client: "MLClient", endpoint: str) -> str:
    """The key or token, whichever way the endpoint authenticates."""
    keys: Any = client.online_endpoints.get_keys(endpoint)
    secret: str = getattr(keys, "primary_key", None) or keys.access_token
    return secret


def _session() -> "Session":
    # No redirects and no retries: a smoke test reports what the deployment itself answers.
    from requests import Session

    session = Session()
    session.headers.update({"User-Agent": access.USER_AGENT, "Accept-Encoding": "identity"})
    return session
