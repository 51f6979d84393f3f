"""The one table of everything that the stand-in answers.

A new kind of resource is one file in `resources/` and its lines here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from starlette.routing import compile_path

from local.azureml.control import blobs as control_blobs
from local.azureml.control import event_grid, identity, process, recorder, seed, settings
from local.azureml.control import metrics as control_metrics
from local.azureml.resources import (
    batch_deployments,
    batch_endpoints,
    batch_scoring,
    blobs,
    codes,
    components,
    computes,
    data,
    data_references,
    datastores,
    endpoint_credentials,
    environments,
    job_submission,
    jobs,
    metrics,
    mlflow,
    models,
    online_deployments,
    online_endpoints,
    operations,
    registries,
    registry_data,
    registry_environments,
    registry_import,
    registry_models,
    run_artifacts,
    run_history,
    scoring,
    workspaces,
)
from local.azureml.wire import Call, Reply

Handler = Callable[[Call], Reply]
Needs = Literal["bearer", "nothing"]


@dataclass(frozen=True)
class Route:
    """A method and a path with its handler. Azure's paths are found in any case."""

    method: str
    path: re.Pattern[str]
    handler: Handler
    needs: Needs = "bearer"
    """bearer: without a token ARM says 401 before anything else."""
    blocking: bool = False
    """Waits for the network, so it must not hold up the other requests."""


CONTROL = "/_emulator"
_PROVIDER = "/providers/Microsoft.MachineLearningServices"
_SCOPE = "/subscriptions/{subscription}/resourceGroups/{group}" + _PROVIDER
_WORKSPACE = _SCOPE + "/workspaces/{workspace}"
_ENDPOINT = _WORKSPACE + "/onlineEndpoints/{endpoint}"
_DEPLOYMENT = _ENDPOINT + "/deployments/{deployment}"
_BATCH_ENDPOINT = _WORKSPACE + "/batchEndpoints/{endpoint}"
_BATCH_DEPLOYMENT = _BATCH_ENDPOINT + "/deployments/{deployment}"
_METRICS = "/providers/microsoft.insights/metrics"
_REGISTRY = "/mferp/managementfrontend" + _SCOPE + "/registries/{registry}"
_LOCATION = "/subscriptions/{subscription}" + _PROVIDER + "/locations/{location}"
_MLFLOW = "/mlflow/v1.0" + _WORKSPACE + "/api/2.0/mlflow"
_RUN = "/history/v1.0" + _WORKSPACE + "/runs/{run}"
_ARTIFACTS = "/artifact/v2.0" + _WORKSPACE + "/artifacts/{origin}/{container}"
_SUBSCRIPTIONS = CONTROL + "/subscriptions"


def _route(
    method: str, path: str, handler: Handler, needs: Needs = "bearer", blocking: bool = False
) -> Route:
    pattern = re.compile(compile_path(path)[0].pattern, re.IGNORECASE)
    return Route(method, pattern, handler, needs, blocking)


_open = partial(_route, needs="nothing")

ROUTES = (
    # Azure Resource Manager
    _route("GET", _WORKSPACE, workspaces.get),
    _route("GET", _WORKSPACE + "/models", models.containers),
    _route("GET", _WORKSPACE + "/models/{name}", models.container),
    _route("PUT", _WORKSPACE + "/models/{name}", models.archive),
    _route("GET", _WORKSPACE + "/models/{name}/versions", models.versions),
    _route("GET", _WORKSPACE + "/models/{name}/versions/{version}", models.get),
    _route("PUT", _WORKSPACE + "/models/{name}/versions/{version}", models.put),
    _route("GET", _WORKSPACE + "/environments", environments.containers),
    _route("GET", _WORKSPACE + "/environments/{name}", environments.container),
    _route("GET", _WORKSPACE + "/environments/{name}/versions", environments.versions),
    _route("GET", _WORKSPACE + "/environments/{name}/versions/{version}", environments.get),
    _route("PUT", _WORKSPACE + "/environments/{name}/versions/{version}", environments.put),
    _route("GET", _WORKSPACE + "/codes/{name}/versions", codes.versions),
    _route("GET", _WORKSPACE + "/codes/{name}/versions/{version}", codes.get),
    _route("PUT", _WORKSPACE + "/codes/{name}/versions/{version}", codes.put),
    _route(
        "POST",
        _WORKSPACE + "/codes/{name}/versions/{version}/startPendingUpload",
        codes.start_pending_upload,
    ),
    _route("GET", _WORKSPACE + "/components/{name}", components.container),
    _route("GET", _WORKSPACE + "/components/{name}/versions", components.versions),
    _route("GET", _WORKSPACE + "/components/{name}/versions/{version}", components.get),
    _route("PUT", _WORKSPACE + "/components/{name}/versions/{version}", components.put),
    _route("GET", _WORKSPACE + "/data", data.containers),
    _route("GET", _WORKSPACE + "/data/{name}", data.container),
    _route("GET", _WORKSPACE + "/data/{name}/versions", data.versions),
    _route("GET", _WORKSPACE + "/data/{name}/versions/{version}", data.get),
    _route("PUT", _WORKSPACE + "/data/{name}/versions/{version}", data.put),
    _route("GET", _WORKSPACE + "/datastores", datastores.list_all),
    _route("GET", _WORKSPACE + "/datastores/{name}", datastores.get),
    _route("POST", _WORKSPACE + "/datastores/{name}/listSecrets", datastores.list_secrets),
    _route("GET", _WORKSPACE + "/computes", computes.list_all),
    _route("GET", _WORKSPACE + "/computes/{name}", computes.get),
    _route("PUT", _WORKSPACE + "/computes/{name}", computes.put),
    _route("DELETE", _WORKSPACE + "/computes/{name}", computes.delete),
    _route("GET", _WORKSPACE + "/jobs/{name}", jobs.get),
    _route("PUT", _WORKSPACE + "/jobs/{name}", job_submission.put),
    _route("POST", _WORKSPACE + "/jobs/{name}/cancel", jobs.cancel),
    _route("GET", _WORKSPACE + "/onlineEndpoints", online_endpoints.list_all),
    _route("GET", _ENDPOINT, online_endpoints.get),
    _route("PUT", _ENDPOINT, online_endpoints.put),
    _route("PATCH", _ENDPOINT, online_endpoints.patch),
    _route("DELETE", _ENDPOINT, online_endpoints.delete),
    _route("POST", _ENDPOINT + "/listKeys", endpoint_credentials.list_keys),
    _route("POST", _ENDPOINT + "/token", endpoint_credentials.token),
    _route("GET", _ENDPOINT + "/deployments", online_deployments.list_all),
    _route("GET", _DEPLOYMENT, online_deployments.get),
    _route("PUT", _DEPLOYMENT, online_deployments.put),
    _route("DELETE", _DEPLOYMENT, online_deployments.delete),
    _route("POST", _DEPLOYMENT + "/getLogs", online_deployments.get_logs),
    _route("GET", _WORKSPACE + "/batchEndpoints", batch_endpoints.list_all),
    _route("GET", _BATCH_ENDPOINT, batch_endpoints.get),
    _route("PUT", _BATCH_ENDPOINT, batch_endpoints.put),
    _route("PATCH", _BATCH_ENDPOINT, batch_endpoints.patch),
    _route("DELETE", _BATCH_ENDPOINT, batch_endpoints.delete),
    _route("GET", _BATCH_ENDPOINT + "/deployments", batch_deployments.list_all),
    _route("GET", _BATCH_DEPLOYMENT, batch_deployments.get),
    _route("PUT", _BATCH_DEPLOYMENT, batch_deployments.put),
    _route("DELETE", _BATCH_DEPLOYMENT, batch_deployments.delete),
    _route("GET", "/mferp/managementfrontend" + _BATCH_ENDPOINT + "/jobs", batch_scoring.list_jobs),
    _route(
        "GET", "/mferp/managementfrontend" + _BATCH_DEPLOYMENT + "/jobs", batch_scoring.list_jobs
    ),
    # Azure Monitor
    _route("GET", _ENDPOINT + _METRICS, metrics.of_endpoint),
    _route("GET", _DEPLOYMENT + _METRICS, metrics.of_deployment),
    # Operations
    _route("GET", _LOCATION + "/mfeOperationsStatus/{operation}", operations.status),
    _route("GET", _LOCATION + "/mfeOperationResults/{operation}", operations.results),
    _route("GET", _LOCATION + "/computeOperationsStatus/{operation}", operations.compute_status),
    # Registries: discovery and data plane
    _route("GET", "/registrymanagement/v1.0/registries/{registry}/discovery", registries.discover),
    _route("POST", _REGISTRY + "/import", registry_import.post),
    _route(
        "PUT",
        _REGISTRY + "/tempdatarefs/{name}/versions/{version}",
        data_references.for_upload,
    ),
    _route(
        "POST",
        _REGISTRY + "/datarefs/{name}/versions/{version}",
        data_references.for_download,
    ),
    _route("GET", _REGISTRY + "/models", registry_models.containers),
    _route("GET", _REGISTRY + "/models/{name}", registry_models.container),
    _route("GET", _REGISTRY + "/models/{name}/versions", registry_models.versions),
    _route("GET", _REGISTRY + "/models/{name}/versions/{version}", registry_models.get),
    _route("PUT", _REGISTRY + "/models/{name}/versions/{version}", registry_models.put),
    _route("DELETE", _REGISTRY + "/models/{name}/versions/{version}", registry_models.delete),
    _route("GET", _REGISTRY + "/environments", registry_environments.containers),
    _route("GET", _REGISTRY + "/environments/{name}", registry_environments.container),
    _route("GET", _REGISTRY + "/environments/{name}/versions", registry_environments.versions),
    _route("GET", _REGISTRY + "/environments/{name}/versions/{version}", registry_environments.get),
    _route("PUT", _REGISTRY + "/environments/{name}/versions/{version}", registry_environments.put),
    _route(
        "DELETE",
        _REGISTRY + "/environments/{name}/versions/{version}",
        registry_environments.delete,
    ),
    _route("GET", _REGISTRY + "/data", registry_data.containers),
    _route("GET", _REGISTRY + "/data/{name}", registry_data.container),
    _route("GET", _REGISTRY + "/data/{name}/versions", registry_data.versions),
    _route("GET", _REGISTRY + "/data/{name}/versions/{version}", registry_data.get),
    _route("PUT", _REGISTRY + "/data/{name}/versions/{version}", registry_data.put),
    _route("DELETE", _REGISTRY + "/data/{name}/versions/{version}", registry_data.delete),
    _route("GET", "/assetstore/v1.0/operations/{operation}", operations.registry_status),
    _route("GET", "/environment/v1.0/operations/{operation}", operations.registry_status),
    # MLflow
    _route("GET", _MLFLOW + "/runs/get", mlflow.get_run),
    _route("GET", _MLFLOW + "/metrics/get-history", mlflow.metric_history),
    # Runs and their files
    _open("GET", "/discovery", workspaces.discover),
    _route("GET", _RUN, run_history.get),
    _route("GET", _RUN + "/children", run_history.children),
    _route("GET", _ARTIFACTS + "/contentinfo", run_artifacts.one),
    _route("GET", _ARTIFACTS + "/prefix/contentinfo", run_artifacts.by_prefix),
    # Storage and scoring have credentials of their own
    _open("HEAD", "/blobs/{account}/{container}/{path:path}", blobs.head),
    _open("PUT", "/blobs/{account}/{container}/{path:path}", blobs.put),
    _open("GET", "/blobs/{account}/{container}", blobs.get),
    _open("GET", "/blobs/{account}/{container}/{path:path}", blobs.get),
    _open("POST", "/scoring/{location}/{endpoint}/score", scoring.score),
    _open("POST", "/scoring/{location}/{endpoint}/jobs", batch_scoring.invoke),
    # Control
    _open("GET", CONTROL + "/identity", identity.get),
    _open("GET", CONTROL + "/health", process.health),
    _open("POST", CONTROL + "/reset", process.reset),
    _open("POST", CONTROL + "/seed", seed.post),
    _open("GET", CONTROL + "/ledger", recorder.get_ledger),
    _open("DELETE", CONTROL + "/ledger", recorder.delete_ledger),
    _open("GET", CONTROL + "/faults", recorder.get_faults),
    _open("POST", CONTROL + "/faults", recorder.post_fault),
    _open("DELETE", CONTROL + "/faults", recorder.delete_faults),
    _open("POST", CONTROL + "/faults/{fault}/release", recorder.release_fault),
    _open("PUT", CONTROL + "/blobs/{container}/{path:path}", control_blobs.put),
    _open("DELETE", CONTROL + "/blobs/{container}/{path:path}", control_blobs.delete),
    _open("GET", CONTROL + "/metrics", control_metrics.get),
    _open("PUT", CONTROL + "/metrics", control_metrics.put),
    _open("DELETE", CONTROL + "/metrics", control_metrics.delete),
    _open("GET", CONTROL + "/traffic", recorder.get_traffic),
    _open("GET", CONTROL + "/clock", settings.get_clock),
    _open("PUT", CONTROL + "/clock", settings.put_clock),
    _open("GET", CONTROL + "/behaviour", settings.get_behaviour),
    _open("PUT", CONTROL + "/behaviour", settings.put_behaviour),
    _open("GET", _SUBSCRIPTIONS, event_grid.list_subscriptions),
    _open("POST", _SUBSCRIPTIONS, event_grid.subscribe, blocking=True),
    _open("DELETE", _SUBSCRIPTIONS, event_grid.unsubscribe_all),
    _open("GET", _SUBSCRIPTIONS + "/{name}", event_grid.get_subscription),
    _open("DELETE", _SUBSCRIPTIONS + "/{name}", event_grid.unsubscribe),
    _open("GET", _SUBSCRIPTIONS + "/{name}/deliveries", event_grid.deliveries),
    _open("GET", _SUBSCRIPTIONS + "/{name}/dead-letters", event_grid.dead_letters),
    _open("GET", CONTROL + "/events", event_grid.list_events),
    _open("POST", CONTROL + "/events", event_grid.publish),
    _open("POST", CONTROL + "/events/{id}/redeliver", event_grid.redeliver),
)


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a request with the parts that it cuts out of the path."""
    for route in ROUTES:
        if route.method == method and (found := route.path.match(path)):
            return route, found.groupdict()
    return None
