"""Scoring: what callers of an endpoint meet.

The statuses are those of Azure's troubleshooting guide: 401 without the right key or token, 404
where no deployment has weight, 424 where the model itself answers with an error.
"""

import base64
import json
import time
import uuid

from local.azureml.errors import PlainError
from local.azureml.resources import deployed_models, endpoint_credentials
from local.azureml.store.endpoints import Deployment, OnlineEndpoint
from local.azureml.store.metrics import Served
from local.azureml.wire import Call, Reply

CHOICE = "azureml-model-deployment"
"""The header that picks a deployment, and that tells which one has answered."""


def score(call: Call) -> Reply:
    endpoint = _endpoint(call)
    _authorize(call, endpoint)
    deployment = _deployment(call, endpoint)
    if CHOICE not in call.headers:
        _mirror(call, endpoint)
    headers = {CHOICE: deployment.name, "x-request-id": str(uuid.uuid4())}
    try:
        predictions, spent = _served(call, endpoint, deployment)
    except deployed_models.ModelError as error:
        raise _model_error(str(error), headers) from None
    timing = {"x-ms-run-fn-exec-ms": f"{spent:.3f}", "x-ms-run-function-failed": "False"}
    # No charset here: recorded.
    said = {"content-type": "application/json", **headers, **timing}
    return Reply(200, json.dumps(predictions), said)


def _served(
    call: Call, endpoint: OnlineEndpoint, deployment: Deployment
) -> tuple[list[float], float]:
    """The predictions, and how many milliseconds they took. Azure Monitor hears of it."""
    started, status = time.perf_counter(), 424
    try:
        predictions = deployed_models.predict(deployment.model, _request(call))
        status = 200
    except deployed_models.ModelError as error:
        deployment.logs.append(f"scoring failed: {error}")
        raise
    finally:
        spent = (time.perf_counter() - started) * 1000
        id = endpoint.body["id"].lower()
        served = Served(id, deployment.name, time.time(), status, spent)
        call.cloud.store.metrics.served.append(served)
    return predictions, spent


def _mirror(call: Call, endpoint: OnlineEndpoint) -> None:
    """Documented: only of requests that name no deployment, and nobody sees the answer."""
    name = endpoint.next_mirrored()
    shadow = endpoint.deployments.get(name) if name else None
    if shadow is None or shadow.state != "Succeeded":
        return
    try:
        _served(call, endpoint, shadow)
        shadow.logs.append("a mirrored request was answered")
    except deployed_models.ModelError:
        pass  # Its log and its metrics say so.


def _endpoint(call: Call) -> OnlineEndpoint:
    """On Azure the name is a host of its own; a name that nobody has does not resolve there."""
    name = call.params["endpoint"].lower()
    for _, endpoint in call.cloud.store.online_endpoints(call.params["location"]):
        if endpoint.name.lower() == name and endpoint.body["properties"]["scoringUri"]:
            return endpoint
    raise PlainError(404, "Not Found")


def _authorize(call: Call, endpoint: OnlineEndpoint) -> None:
    if not call.bearer:
        raise PlainError(401, "key_auth_bad_header_forbidden")
    mode = endpoint_credentials.auth_mode(endpoint)
    accepted = {
        "key": call.bearer in endpoint.keys,
        "amltoken": call.bearer == endpoint.token,
        "aadtoken": call.bearer == endpoint.token or _looks_like_jwt(call.bearer),
    }
    if not accepted.get(mode, False):
        raise PlainError(401, "key_auth_access_denied")


def _looks_like_jwt(token: str) -> bool:
    parts = token.split(".")
    if len(parts) != 3:
        return False
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return False
    return isinstance(claims, dict)


def _deployment(call: Call, endpoint: OnlineEndpoint) -> Deployment:
    """By header, whatever its weight is; else by weight."""
    wanted = call.headers.get(CHOICE)
    name = wanted or endpoint.next_by_weight()
    deployment = endpoint.deployments.get(name) if name else None
    if deployment is None:
        said = f"The specified deployment {wanted} could not be found." if wanted else ""
        raise PlainError(404, said or "The endpoint has no deployment with positive weight.")
    if deployment.model is None and deployment.state != "Succeeded":
        raise PlainError(503, f"Deployment {deployment.name} is not ready.")
    return deployment


def _request(call: Call) -> object:
    try:
        return json.loads(call.raw)
    except ValueError as error:
        raise deployed_models.ModelError(f"Request could not be read as JSON: {error}") from None


def _model_error(message: str, headers: dict[str, str]) -> PlainError:
    """424, with the status of the model's own container in a header."""
    body = {"message": message, "error_code": "BAD_REQUEST"}
    said = {"ms-azureml-model-error-statuscode": "400", "ms-azureml-model-error-reason": "model"}
    return PlainError(424, body, {**headers, **said})
