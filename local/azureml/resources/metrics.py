"""Azure Monitor's metrics of an online endpoint and of its deployments."""

from collections.abc import Mapping
from typing import Any

from local.azureml.errors import ArmError
from local.azureml.resources import lookup, metric_query, metric_series
from local.azureml.resources.metric_definitions import DEPLOYMENT, ENDPOINT, Definition
from local.azureml.resources.metric_query import Query
from local.azureml.store.clock import utc
from local.azureml.store.endpoints import OnlineEndpoint
from local.azureml.store.metrics import MINUTE
from local.azureml.wire import Call, Reply

_NAMESPACE = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints"


def of_endpoint(call: Call) -> Reply:
    endpoint = _endpoint(call)
    return _answer(call, endpoint, None, _NAMESPACE, ENDPOINT)


def of_deployment(call: Call) -> Reply:
    endpoint = _endpoint(call)
    name = call.params["deployment"]
    if name not in endpoint.deployments:
        raise _not_found(call, f"{endpoint.name}/deployments/{name}")
    return _answer(call, endpoint, name, f"{_NAMESPACE}/deployments", DEPLOYMENT)


def _endpoint(call: Call) -> OnlineEndpoint:
    name = call.params["endpoint"]
    if endpoint := lookup.workspace(call).online_endpoints.get(name.lower()):
        return endpoint
    raise _not_found(call, name)


def _not_found(call: Call, what: str) -> ArmError:
    """ARM's own words: it asks whether the resource exists before Azure Monitor is asked."""
    workspace, group = call.params["workspace"], call.params["group"]
    resource = f"Microsoft.MachineLearningServices/workspaces/{workspace}/onlineEndpoints/{what}"
    message = f"The Resource '{resource}' under resource group '{group}' was not found."
    return ArmError(404, "ResourceNotFound", message, {"x-ms-failure-cause": "gateway"})


def _answer(
    call: Call,
    endpoint: OnlineEndpoint,
    deployment: str | None,
    namespace: str,
    known: Mapping[str, Definition],
) -> Reply:
    query = metric_query.read(call, namespace, known)
    values = [_metric(call, endpoint, deployment, one, query) for one in query.definitions]
    return Reply(
        body={
            "cost": max(0, query.last - query.first - 1),
            "timespan": f"{utc(query.first * MINUTE)}/{utc(query.last * MINUTE)}",
            "interval": query.interval,
            "value": values,
            "namespace": namespace,
            "resourceregion": endpoint.body["location"],
        }
    )


def _metric(
    call: Call,
    endpoint: OnlineEndpoint,
    deployment: str | None,
    definition: Definition,
    query: Query,
) -> dict[str, Any]:
    own = f"{endpoint.body['id']}/deployments/{deployment}" if deployment else endpoint.body["id"]
    found = metric_series.samples(
        call.cloud.store.metrics, endpoint.body["id"], deployment, definition, query
    )
    return {
        "id": f"{own}/providers/Microsoft.Insights/metrics/{definition.name}",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": definition.name, "localizedValue": definition.title},
        "displayDescription": definition.title,
        "unit": definition.unit,
        "timeseries": metric_series.timeseries(found, definition, query),
        "errorCode": "Success",
    }
