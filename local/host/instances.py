"""Orchestration instances in the answers of the durable HTTP API."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import durabletask.internal.orchestrator_service_pb2 as pb
from azure.durable_functions.http.http_management_payload import HttpManagementPayload
from azure.durable_functions.internal.compat.history_projection import project_history
from durabletask.internal.history_helpers import collect_history_events
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.host.sidecar import Sidecar

PREFIX = "/runtime/webhooks/durabletask"

RUNTIME_STATUS = {
    pb.ORCHESTRATION_STATUS_RUNNING: "Running",
    pb.ORCHESTRATION_STATUS_COMPLETED: "Completed",
    pb.ORCHESTRATION_STATUS_CONTINUED_AS_NEW: "ContinuedAsNew",
    pb.ORCHESTRATION_STATUS_FAILED: "Failed",
    pb.ORCHESTRATION_STATUS_CANCELED: "Canceled",
    pb.ORCHESTRATION_STATUS_TERMINATED: "Terminated",
    pb.ORCHESTRATION_STATUS_PENDING: "Pending",
    pb.ORCHESTRATION_STATUS_SUSPENDED: "Suspended",
}
ENDED = frozenset(
    status
    for status, name in RUNTIME_STATUS.items()
    if name in ("Completed", "Failed", "Canceled", "Terminated")
)


class Answer(Exception):
    """Ends a request early."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.response = (
            JSONResponse({"Message": message}, status) if message else Response(status_code=status)
        )


async def find(sidecar: Sidecar, request: Request) -> pb.OrchestrationState:
    """The instance that the path names; answers 404 if there is none."""
    instance_id = request.path_params["id"]
    reply = await sidecar.GetInstance(
        pb.GetInstanceRequest(instanceId=instance_id, getInputsAndOutputs=True)
    )
    if not reply.exists:
        raise Answer(404)
    state: pb.OrchestrationState = reply.orchestrationState
    return state


async def refuse_if(states: frozenset[Any], sidecar: Sidecar, request: Request) -> None:
    """Answers 410 for an instance that is past what is asked for."""
    if (await find(sidecar, request)).orchestrationStatus in states:
        raise Answer(410)


def as_payload(state: pb.OrchestrationState, *, show_input: bool) -> dict[str, Any]:
    failure = state.failureDetails
    output = (
        f"{failure.errorType}: {failure.errorMessage}"
        if state.HasField("failureDetails")
        else _json_or_text(state.output.value)
    )
    return {
        "name": state.name,
        "instanceId": state.instanceId,
        "runtimeStatus": RUNTIME_STATUS[state.orchestrationStatus],
        "input": _json_or_text(state.input.value) if show_input else None,
        "customStatus": _json_or_text(state.customStatus.value),
        "output": output,
        "createdTime": _seconds(state.createdTimestamp),
        "lastUpdatedTime": _seconds(state.lastUpdatedTimestamp),
    }


def history_payload(
    chunks: Iterable[pb.HistoryChunk], *, show_input: bool, show_output: bool
) -> list[dict[str, Any]]:
    events = collect_history_events(chunks)
    projected = project_history(events, show_input=show_input, show_history_output=show_output)
    return list(projected)


def check_status_response(request: Request, instance_id: str, required_query: str) -> Response:
    """202 with the URLs by which the new instance can be watched and managed."""
    origin = f"{request.url.scheme}://{request.url.netloc}"
    url = f"{origin}{PREFIX}/instances/{quote(instance_id, safe='')}"
    urls = HttpManagementPayload(instance_id, url, required_query)
    headers = {"Location": urls["statusQueryGetUri"], "Retry-After": "10"}
    return JSONResponse(dict(urls), 202, headers)


def _json_or_text(value: str) -> Any:
    try:
        return json.loads(value) if value else None
    except ValueError:
        return value


def _seconds(time: Any) -> str:
    moment: datetime = time.ToDatetime()
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
