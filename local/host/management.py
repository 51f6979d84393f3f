"""The durable HTTP API: /runtime/webhooks/durabletask/...

Paths, parameters, status codes and bodies as in HttpApiHandler.cs of the Durable Task extension
and the reference "HTTP API" of its documentation. Not here: the routes about entities.
"""

from typing import Any

import durabletask.internal.orchestrator_service_pb2 as pb
import grpc
from durabletask.internal import helpers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.host import parameters
from local.host.backend import Refused
from local.host.durable import DurableFunctions
from local.host.instances import (
    ENDED,
    PREFIX,
    Answer,
    as_payload,
    check_status_response,
    find,
    history_payload,
    refuse_if,
)
from local.host.keys import Keys
from local.host.sidecar import Sidecar

_REFUSED = {
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    # Of a backend in another process that has gone, or is frozen.
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 503,
}


class ManagementApi:
    def __init__(self, sidecar: Sidecar, functions: DurableFunctions, keys: Keys, hub: str) -> None:
        self._sidecar, self._functions, self._keys = sidecar, functions, keys
        self._required_query = f"taskHub={hub}&connection=Storage&code={keys.durabletask}"

    def routes(self) -> list[Route]:
        one = PREFIX + "/instances/{id}"
        table = [
            ("POST", PREFIX + "/orchestrators/{name}", self._start),
            ("POST", PREFIX + "/orchestrators/{name}/{id}", self._start),
            ("GET", PREFIX + "/instances", self._list),
            ("DELETE", PREFIX + "/instances", self._purge_many),
            ("GET", one, self._status),
            ("DELETE", one, self._purge),
            ("POST", one + "/raiseEvent/{event}", self._raise_event),
            ("POST", one + "/terminate", self._terminate),
            ("POST", one + "/suspend", self._suspend),
            ("POST", one + "/resume", self._resume),
            ("POST", one + "/rewind", self._rewind),
            ("POST", one + "/restart", self._restart),
        ]
        return [Route(path, self._guarded(call), methods=[verb]) for verb, path, call in table]

    def _guarded(self, handler: Any) -> Any:
        """The key first; what a handler raises becomes an answer."""

        async def guarded(request: Request) -> Response:
            if not self._keys.allow(request, "durabletask"):
                return Response(status_code=401)
            try:
                response: Response = await handler(request)
            except Answer as answer:
                return answer.response
            except Refused as refused:
                return Answer(_REFUSED.get(refused.code, 400), refused.details).response
            except ValueError as error:
                return Answer(400, str(error)).response
            return response

        return guarded

    # -- reading

    async def _status(self, request: Request) -> Response:
        state = await find(self._sidecar, request)
        show_input = parameters.flag(request, "showInput", default=True)
        payload = as_payload(state, show_input=show_input)
        if parameters.flag(request, "showHistory"):
            payload["historyEvents"] = history_payload(
                await self._sidecar.history(state.instanceId),
                show_input=show_input,
                show_output=parameters.flag(request, "showHistoryOutput"),
            )
        if state.orchestrationStatus not in ENDED:
            again = {"Location": str(request.url), "Retry-After": "5"}
            return JSONResponse(payload, 202, again)
        failed = state.orchestrationStatus == pb.ORCHESTRATION_STATUS_FAILED
        wants_500 = parameters.flag(request, "returnInternalServerErrorOnFailure")
        return JSONResponse(payload, 500 if failed and wants_500 else 200)

    async def _list(self, request: Request) -> Response:
        query = pb.QueryInstancesRequest(query=parameters.instance_query(request))
        page = await self._sidecar.QueryInstances(query)
        show_input = parameters.flag(request, "showInput")
        payload = [as_payload(s, show_input=show_input) for s in page.orchestrationState]
        return JSONResponse(payload, headers={parameters.PAGE_HEADER: page.continuationToken.value})

    # -- starting

    async def _start(self, request: Request) -> Response:
        name = request.path_params["name"]
        if not self._functions.has_orchestrator(name):
            raise Answer(400, f"The function '{name}' doesn't exist or is not an orchestrator.")
        started = await self._sidecar.StartInstance(
            pb.CreateInstanceRequest(
                instanceId=request.path_params.get("id", ""),
                name=name,
                input=await parameters.json_body(request),
            )
        )
        return check_status_response(request, started.instanceId, self._required_query)

    async def _restart(self, request: Request) -> Response:
        restart = pb.RestartInstanceRequest(
            instanceId=request.path_params["id"],
            restartWithNewInstanceId=parameters.flag(
                request, "restartWithNewInstanceId", default=True
            ),
        )
        try:
            restarted = await self._sidecar.RestartInstance(restart)
        except Refused as refused:
            if refused.code is not grpc.StatusCode.NOT_FOUND:
                raise
            message = "InstanceId does not match a valid orchestration instance."
            raise Answer(400, message) from None
        return check_status_response(request, restarted.instanceId, self._required_query)

    # -- changing

    async def _raise_event(self, request: Request) -> Response:
        await refuse_if(ENDED, self._sidecar, request)
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
            raise Answer(400, "Only application/json request content is supported")
        event = pb.RaiseEventRequest(
            instanceId=request.path_params["id"],
            name=request.path_params["event"],
            input=await parameters.json_body(request),
        )
        await self._sidecar.RaiseEvent(event)
        return Response(status_code=202)

    async def _terminate(self, request: Request) -> Response:
        await refuse_if(ENDED, self._sidecar, request)
        # The reason becomes the instance's output as it is, without the quotes that JSON wants.
        reason = helpers.get_string_value(request.query_params.get("reason"))
        terminate = pb.TerminateRequest(instanceId=request.path_params["id"], output=reason)
        await self._sidecar.TerminateInstance(terminate)
        return Response(status_code=202)

    async def _suspend(self, request: Request) -> Response:
        return await self._order(request, pb.SuspendRequest, self._sidecar.SuspendInstance)

    async def _resume(self, request: Request) -> Response:
        return await self._order(request, pb.ResumeRequest, self._sidecar.ResumeInstance)

    async def _rewind(self, request: Request) -> Response:
        too_late = ENDED - {pb.ORCHESTRATION_STATUS_FAILED}
        return await self._order(
            request, pb.RewindInstanceRequest, self._sidecar.RewindInstance, too_late
        )

    async def _order(
        self, request: Request, message: Any, send: Any, too_late: frozenset[Any] = ENDED
    ) -> Response:
        await refuse_if(too_late, self._sidecar, request)
        reason = parameters.text(request, "reason")
        await send(message(instanceId=request.path_params["id"], reason=reason))
        return Response(status_code=202)

    async def _purge(self, request: Request) -> Response:
        await find(self._sidecar, request)
        purge = pb.PurgeInstancesRequest(instanceId=request.path_params["id"])
        purged = await self._sidecar.PurgeInstances(purge)
        return JSONResponse({"instancesDeleted": purged.deletedInstanceCount})

    async def _purge_many(self, request: Request) -> Response:
        since = parameters.time(request, "createdTimeFrom")
        if since is None:
            raise Answer(400, "Please provide value for 'createdTimeFrom' parameter.")
        wanted = pb.PurgeInstanceFilter(
            createdTimeFrom=since,
            createdTimeTo=parameters.time(request, "createdTimeTo"),
            runtimeStatus=parameters.statuses(request),
        )
        purge = pb.PurgeInstancesRequest(purgeInstanceFilter=wanted)
        purged = await self._sidecar.PurgeInstances(purge)
        if not purged.deletedInstanceCount:
            raise Answer(404)
        return JSONResponse({"instancesDeleted": purged.deletedInstanceCount})
