"""Durable functions and what they are handed: one work item in, its result out."""

import base64
import json
import logging
from typing import Any

import durabletask.internal.orchestrator_service_pb2 as pb
from durabletask.internal import helpers

from local.host.entities import as_azure_sends
from local.host.errors import InvocationError
from local.host.messages import TypedData
from local.host.worker import Function, Worker

log = logging.getLogger(__name__)


class DurableFunctions:
    """The app's orchestrators, activities and entities, by the names they are called by."""

    def __init__(self, worker: Worker, client_binding: str) -> None:
        self._worker, self._client_binding = worker, client_binding
        self._functions = {
            kind: _by_name(worker, f"{kind}Trigger")
            for kind in ("orchestration", "activity", "entity")
        }

    def has_orchestrator(self, name: str) -> bool:
        return name.lower() in self._functions["orchestration"]

    async def orchestrator(self, request: pb.OrchestratorRequest) -> pb.OrchestratorResponse:
        events = (*request.pastEvents, *request.newEvents)
        name = next(e.executionStarted.name for e in events if e.HasField("executionStarted"))
        try:
            function = self._function("orchestration", "orchestrator", name)
            turn = pb.OrchestratorResponse()
            turn.ParseFromString(await self._exchange(function, as_azure_sends(request)))
        except InvocationError as error:
            turn = pb.OrchestratorResponse(
                instanceId=request.instanceId,
                actions=[
                    helpers.new_complete_orchestration_action(
                        -1, pb.ORCHESTRATION_STATUS_FAILED, None, failure_details(error)
                    )
                ],
            )
        return turn

    async def activity(self, request: pb.ActivityRequest) -> pb.ActivityResponse:
        response = pb.ActivityResponse(
            instanceId=request.orchestrationInstance.instanceId, taskId=request.taskId
        )
        try:
            function = self._function("activity", "activity", request.name)
            value = TypedData(string=request.input.value or "null")
            reply = await self._worker.invoke(function, value, self.client_bindings(function))
            if reply is not None and reply.json is not None:
                response.result.value = reply.json
        except InvocationError as error:
            log.info("Activity '%s' failed: %s", request.name, error)
            response.failureDetails.CopyFrom(failure_details(error))
        return response

    async def entity(self, request: pb.EntityRequest) -> pb.EntityBatchResult:
        batch, infos = helpers.convert_to_entity_batch_request(request)
        name = request.instanceId.split("@")[1]
        try:
            function = self._function("entity", "entity", name)
            result = pb.EntityBatchResult()
            result.ParseFromString(await self._exchange(function, batch))
        except InvocationError as error:
            failed = pb.OperationResult()
            failed.failure.failureDetails.CopyFrom(failure_details(error))
            result = pb.EntityBatchResult(
                entityState=request.entityState, results=[failed] * len(batch.operations)
            )
        # The protocol of Functions leaves out who is to be answered.
        del result.operationInfos[:]
        result.operationInfos.extend(infos)
        return result

    async def _exchange(self, function: Function, message: Any) -> bytes:
        """Orchestrators and entities take one base64 message and return another."""
        value = TypedData(string=base64.b64encode(message.SerializeToString()).decode())
        reply = await self._worker.invoke(function, value)
        try:
            return base64.b64decode(reply.string)
        except (AttributeError, TypeError, ValueError) as error:
            raise InvocationError(f"BadReply: '{function.name}' returned no message") from error

    def _function(self, kind: str, noun: str, name: str) -> Function:
        """Names are compared without case, and a missing one is told of in Azure's words."""
        known = self._functions[kind]
        function = known.get(name.lower())
        if function is None:
            names = "', '".join(f.name for f in known.values())
            hint = (
                f"The following are the known {noun} functions: '{names}'."
                if known
                else f"No {noun} functions are currently registered!"
            )
            log.warning("There is no %s function '%s', but it was called", noun, name)
            raise InvocationError(
                f"FunctionNotFound: The function '{name}' doesn't exist, is disabled, or is not an "
                f"{noun} function. Additional info: {hint}"
            )
        return function

    def client_bindings(self, function: Function) -> list[tuple[str, TypedData]]:
        """The values of a function's durable client parameters."""
        return [
            (binding["name"], TypedData(string=self._client_binding))
            for binding in function.inputs
            if binding["type"] == "durableClient"
        ]


def client_binding(grpc_address: str, base_url: str, hub: str, key: str) -> str:
    """The members of the extension's own BindingHelper, nulls included."""
    return json.dumps(
        {
            "taskHubName": hub,
            "connectionName": None,
            "creationUrls": None,
            "managementUrls": None,
            "baseUrl": None,
            "requiredQueryStringParameters": f"code={key}",
            "rpcBaseUrl": f"http://{grpc_address}",
            "httpBaseUrl": f"{base_url}/runtime/webhooks/durabletask",
            "maxGrpcMessageSizeInBytes": 4194304,
            "grpcHttpClientTimeout": '"00:01:40"',
        }
    )


def failure_details(error: InvocationError) -> pb.TaskFailureDetails:
    """Split "Type: text" at the first colon, first line only, as the extension does.

    Source: OutOfProcMiddleware.TrySplitExceptionTypeFromMessage.
    """
    kind, colon, text = error.message.partition(": ")
    details = pb.TaskFailureDetails(
        errorType=kind.rstrip() if colon else "(unknown)",
        errorMessage=text.split("\n")[0].rstrip() if colon else error.message,
    )
    details.stackTrace.value = error.stack_trace
    return details


def _by_name(worker: Worker, kind: str) -> dict[str, Function]:
    """Functions by the name they are called by: the decorator's own, or the function's."""
    own_name = kind.removesuffix("Trigger") if kind != "entityTrigger" else "entityName"
    return {str(f.trigger.get(own_name) or f.name).lower(): f for f in worker.of(kind)}
