"""What a request to the durable HTTP API asks for. Raises ValueError for what cannot be read."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import durabletask.internal.orchestrator_service_pb2 as pb
from durabletask.internal import helpers
from starlette.requests import Request

from local.host.http import limited_body
from local.host.instances import RUNTIME_STATUS

PAGE_HEADER = "x-ms-continuation-token"
_PAGE_SIZE = 100


def text(request: Request, name: str) -> Any:
    return helpers.get_string_value(request.query_params.get(name) or None)


def flag(request: Request, name: str, *, default: bool = False) -> bool:
    value = request.query_params.get(name, "").lower()
    return value == "true" if value in ("true", "false") else default


def time(request: Request, name: str) -> Any:
    """A point in time; one that cannot be read counts as not given, as on Azure."""
    try:
        moment = datetime.fromisoformat(request.query_params[name])
    except (KeyError, ValueError):
        return None
    return helpers.new_timestamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def statuses(request: Request) -> list[pb.OrchestrationStatus]:
    """`runtimeStatus=Running,Pending&runtimeStatus=Failed`; unknown names are passed over."""
    by_name = {name: status for status, name in RUNTIME_STATUS.items()}
    wanted: Iterable[str] = ",".join(request.query_params.getlist("runtimeStatus")).split(",")
    return [by_name[name.strip()] for name in wanted if name.strip() in by_name]


def instance_query(request: Request) -> pb.InstanceQuery:
    top = request.query_params.get("top", "")
    return pb.InstanceQuery(
        runtimeStatus=statuses(request),
        createdTimeFrom=time(request, "createdTimeFrom"),
        createdTimeTo=time(request, "createdTimeTo"),
        maxInstanceCount=int(top) if top.isdecimal() and int(top) else _PAGE_SIZE,
        continuationToken=helpers.get_string_value(request.headers.get(PAGE_HEADER) or None),
        instanceIdPrefix=text(request, "instanceIdPrefix"),
        fetchInputsAndOutputs=True,
    )


async def json_body(request: Request) -> Any:
    """The body as JSON text, None if there is none."""
    body = await limited_body(request)
    if body is None:
        raise ValueError("The request body is too large")
    if not body.strip():
        return None
    try:
        return helpers.get_string_value(json.dumps(json.loads(body)))
    except (ValueError, RecursionError) as error:
        raise ValueError("Invalid JSON content") from error
