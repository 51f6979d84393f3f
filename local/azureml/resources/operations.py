"""How Azure tells of work that takes longer than a request.

ARM answers with `Azure-AsyncOperation`; its status document says Updating, then Succeeded or
Failed - with HTTP 200 either way. A registry answers 202 with the body `null` and only a
`Location`, which says 202 with no body until it is done.
"""

from collections.abc import Callable
from typing import Any

from local.azureml.errors import PlainError, failed_operation, user_error
from local.azureml.store.clock import stamp
from local.azureml.store.operations import Operation
from local.azureml.store.places import Workspace
from local.azureml.wire import Call, Reply

Settle = Callable[[Operation], None]


def start_arm(
    call: Call, workspace: Workspace, prefix: str, kind: str, settle: Settle
) -> tuple[str, dict[str, str]]:
    """Starts an operation of ARM: the address of its status, and the headers of the reply."""
    operation = call.cloud.store.operations.start(
        call.cloud.settings.seconds[kind],
        settle,
        prefix=f"{prefix}:{workspace.guid}:",
        error=call.operation_error,
    )
    status = _address(call, workspace, "mfeOperationsStatus", operation)
    headers = {
        "Azure-AsyncOperation": status,
        "x-ms-async-operation-timeout": "PT30M",
        **call.cloud.settings.polling_headers(),
    }
    if kind == "delete":
        headers["Location"] = _address(call, workspace, "mfeOperationResults", operation)
    return status, headers


def start_compute(call: Call, workspace: Workspace, kind: str, settle: Settle) -> dict[str, str]:
    """Starts an operation on a compute: recorded with an address of its own and no Location."""
    operation = call.cloud.store.operations.start(
        call.cloud.settings.seconds[kind], settle, error=call.operation_error
    )
    status = _address(call, workspace, "computeOperationsStatus", operation)
    polling = call.cloud.settings.polling_headers()
    return {"Azure-AsyncOperation": f"{status}&service=new", **polling}


def start_cancel(call: Call, workspace: Workspace, job: str, settle: Settle) -> dict[str, str]:
    """Starts the cancellation of a job, which has only a Location."""
    operation = call.cloud.store.operations.start(
        call.cloud.settings.seconds["default"], settle, id=f"jc:{workspace.guid}:{job}"
    )
    return {
        "Location": _address(call, workspace, "mfeOperationResults", operation),
        "x-ms-async-operation-timeout": "PT1H",
        **call.cloud.settings.polling_headers(),
    }


def accept_registry(
    call: Call,
    kind: str,
    settle: Settle,
    *,
    service: str = "assetstore",
    id: str = "",
    result: Any = None,
) -> Reply:
    """Starts an operation of a registry. An import or delete ends 204, a create 200 (`result`)."""
    operation = call.cloud.store.operations.start(
        call.cloud.settings.seconds[kind],
        settle,
        id=id,
        error=call.operation_error,
        result=result,
    )
    headers = {
        "Location": f"{call.cloud.url}/{service}/v1.0/operations/{operation.id}",
        "x-ms-async-operation-timeout": "PT1H",
        **call.cloud.settings.polling_headers(),
    }
    return Reply(202, None, headers)


def status(call: Call) -> Reply:
    """GET mfeOperationsStatus."""
    operation = _operation(call)
    body: dict[str, Any] = {"id": call.path, "name": operation.id}
    if not operation.id.startswith("bdbes:"):
        # Recorded: a batch deployment's operation tells no times.
        body["startTime"] = stamp(operation.started)
        if operation.done:
            body["endTime"] = stamp(operation.due)
        body["percentComplete"] = 100.0 if operation.done else 0.0
    body["status"] = "Updating"
    if operation.done:
        body["status"] = "Failed" if operation.failed else "Succeeded"
        return Reply(body=_with_error(body, operation))
    return Reply(body=body, headers=call.cloud.settings.polling_headers())


def results(call: Call) -> Reply:
    """GET mfeOperationResults: where a delete's Location leads, and that of a cancellation."""
    operation = _operation(call)
    if not operation.done:
        return Reply(202, headers=call.cloud.settings.polling_headers())
    return Reply(200, None) if operation.id.startswith("jc:") else Reply(204)


def compute_status(call: Call) -> Reply:
    """GET computeOperationsStatus. Recorded once it has succeeded; the rest follows ARM."""
    operation = _operation(call)
    if not operation.done:
        body = {"status": "InProgress", "percentComplete": 0.0}
        return Reply(body=body, headers=call.cloud.settings.polling_headers())
    status = "Failed" if operation.failed else "Succeeded"
    return Reply(body=_with_error({"status": status, "percentComplete": 100.0}, operation))


def registry_status(call: Call) -> Reply:
    """GET of a registry operation's Location. How a failure looks is not evidenced: 400 here."""
    operation = _operation(call)
    if not operation.done:
        return Reply(202, headers=call.cloud.settings.polling_headers())
    if operation.error:
        raise PlainError(400, {"error": failed_operation(operation.error)})
    if operation.result is None:
        return Reply(204, headers={"Content-Length": "0"})
    return Reply(200, operation.result)


def _with_error(body: dict[str, Any], operation: Operation) -> dict[str, Any]:
    return {**body, "error": failed_operation(operation.error)} if operation.error else body


def _operation(call: Call) -> Operation:
    if operation := call.cloud.store.operations.get(call.params["operation"]):
        return operation
    message = f"Operation {call.params['operation']} was not found"
    raise user_error(404, message, inner="NotFoundError")


def _address(call: Call, workspace: Workspace, what: str, operation: Operation) -> str:
    provider = "providers/Microsoft.MachineLearningServices"
    scope = f"/subscriptions/{workspace.subscription}/{provider}/locations/{workspace.location}"
    query = f"?api-version={call.api_version}"
    return f"{call.cloud.url}{scope}/{what}/{operation.id}{query}"
