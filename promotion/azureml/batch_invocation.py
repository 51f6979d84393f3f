"""Invokes one deployment of a batch endpoint, which starts a job.

``MLClient.batch_endpoints.invoke`` keeps the deployment's name in a header that invocations in
other threads share, and repeats a request whose answer was lost up to five times, each of which
may start a job (azure-ai-ml 1.35.2). So the request is made here, once.
"""

from typing import TYPE_CHECKING, Any, Final

from promotion.azureml import access
from promotion.azureml.batch_endpoints import find_batch_endpoint
from promotion.azureml.batch_inputs import resolved
from promotion.azureml.batch_tests import TEST_TAG, marked
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.reading import mapping, text
from promotion.core import marks
from promotion.core.errors import Retryable, Terminal
from promotion.core.steps.batch import InvokeOrder, InvokeReceipt
from promotion.identity import credential
from promotion.settings import read_settings

if TYPE_CHECKING:
    from azure.core import PipelineClient

_DEPLOYMENT_HEADER: Final = "azureml-model-deployment"
_AUDIENCES: Final = {
    # As azure.ai.ml._azure_environments has them.
    "AzureCloud": "https://ml.azure.com",
    "AzureChinaCloud": "https://ml.azure.cn",
    "AzureUSGovernment": "https://ml.azure.us",
}
_KINDS: Final = {"uri_folder": "UriFolder", "uri_file": "UriFile"}
"""Azure takes these both as the type of an input and as its name."""


def invoke(order: InvokeOrder) -> InvokeReceipt:
    """The test job, started unless one with this mark has been."""
    target = order.target
    with azure_errors(f"test the deployment {target.deployment}", Role.DEPLOY):
        for name, studio in marked(target, order.mark):
            return InvokeReceipt(job=name, studio=studio)
        client = access.workspace_client(target.workspace)
        endpoint = find_batch_endpoint(client, target.endpoint)
        if endpoint is None or not str(endpoint.scoring_uri).startswith("https://"):
            raise Terminal(f"The endpoint {target.endpoint} is gone.", code="EndpointGone")
        body = _body(order, resolved(client, order.test.input))
        return _receipt(_post(endpoint.scoring_uri, target.deployment, body))


def _body(order: InvokeOrder, uri: str) -> dict[str, Any]:
    context, kind = order.context, _KINDS[order.test.input_type]
    tags = {
        marks.PROMOTION: context.promotion_id,
        marks.MODEL: context.model.name,
        marks.VERSION: context.model.version,
        TEST_TAG: order.mark,
    }
    properties = {
        "name": order.mark,
        "tags": tags,
        "inputData": {kind: {"jobInputType": kind, "uri": uri}},
        "errorThreshold": order.test.error_threshold,
    }
    return {"properties": properties}


def _post(address: str, deployment: str, body: dict[str, Any]) -> dict[str, Any]:
    from azure.core.rest import HttpRequest

    headers = {_DEPLOYMENT_HEADER: deployment}
    with _pipeline(address) as pipeline:
        response = pipeline.send_request(
            HttpRequest("POST", address, headers=headers, json=body),
            connection_timeout=10,
            read_timeout=90,
        )
        response.raise_for_status()
        return mapping(response.json())


def _receipt(answer: dict[str, Any]) -> InvokeReceipt:
    name = text(answer.get("name"))
    if name is None:
        raise Retryable("The endpoint's answer does not name the job.", code="NoJob")
    properties = mapping(answer.get("properties"))
    studio = mapping(mapping(properties.get("interactionEndpoints")).get("Studio"))
    return InvokeReceipt(job=name, studio=text(studio.get("endpoint")))


def _pipeline(base_url: str) -> "PipelineClient[Any, Any]":
    from azure.core import PipelineClient
    from azure.core.pipeline import policies

    return PipelineClient(
        base_url,
        policies=[
            policies.RequestIdPolicy(),
            policies.UserAgentPolicy(access.USER_AGENT),
            # No retries here: every invocation starts a job.
            policies.BearerTokenCredentialPolicy(credential(), f"{_audience()}/.default"),
        ],
    )


def _audience() -> str:
    """For whom the token is that an invocation needs: not for Azure Resource Manager."""
    settings = read_settings()
    own = (settings.cloud_metadata or {}).get("aml_resource_id")
    return (own or _AUDIENCES.get(settings.cloud, _AUDIENCES["AzureCloud"])).rstrip("/")
