"""The Event Grid extension's webhook.

Source: HttpRequestProcessor.cs and EventGridExtensionConfigProvider.cs of
Microsoft.Azure.WebJobs.Extensions.EventGrid: function names are compared with case, each event of
an array is one invocation and all run at once, one failure answers 500 so that Event Grid sends
all of them again, and a body that is not JSON is an unhandled error, hence 500 as well.
"""

import asyncio
import json
import logging
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from local.host.durable import DurableFunctions
from local.host.errors import InvocationError
from local.host.http import limited_body
from local.host.keys import Keys
from local.host.messages import TypedData
from local.host.worker import Function, Worker

log = logging.getLogger(__name__)


class EventGridWebhook:
    def __init__(self, worker: Worker, durable: DurableFunctions, keys: Keys) -> None:
        self._worker, self._durable, self._keys = worker, durable, keys

    async def answer(self, request: Request) -> Response:
        if not self._keys.allow(request, "eventgrid"):
            return Response(status_code=401)
        name = request.query_params.get("functionName", "")
        function = self._worker.functions.get(name)
        if function is None or function.kind != "eventGridTrigger":
            return Response(f"cannot find function: '{name}'", 404)
        if request.method == "OPTIONS":
            return _allow_origin(request)
        return await self._receive(request, function)

    async def _receive(self, request: Request, function: Function) -> Response:
        match request.headers.get("aeg-event-type", "").lower():
            case "subscriptionvalidation":
                return await self._read(request, self._validate, function)
            case "notification":
                return await self._read(request, self._notify, function)
            case "unsubscribe":
                return Response(status_code=202)
            case _:
                return Response(status_code=400)

    async def _read(self, request: Request, action: Any, function: Function) -> Response:
        body = await limited_body(request)
        if body is None:
            return Response(status_code=413)
        try:
            response: Response = await action(function, json.loads(body))
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            log.error("Event Grid sent '%s' what cannot be read: %s", function.name, error)
            return Response(status_code=500)
        return response

    async def _validate(self, _function: Function, body: Any) -> Response:
        # An Event Grid schema subscription sends an array, a CloudEvents one a single object
        # whose data is a string of JSON.
        data = body[0]["data"] if isinstance(body, list) else body["data"]
        code = (json.loads(data) if isinstance(data, str) else data)["validationCode"]
        return Response(json.dumps({"validationResponse": str(code)}), media_type="text/plain")

    async def _notify(self, function: Function, body: Any) -> Response:
        if not isinstance(body, list | dict):
            raise TypeError(f"expected a JSON object or array, got {type(body).__name__}")
        events = body if isinstance(body, list) else [body]
        outcomes = await asyncio.gather(*(self._invoke(function, event) for event in events))
        failure = next((text for text in outcomes if text is not None), None)
        return Response(status_code=202) if failure is None else Response(failure, 500)

    async def _invoke(self, function: Function, event: Any) -> str | None:
        """Run the function on one event; returns what it failed with."""
        extra = self._durable.client_bindings(function)
        try:
            await self._worker.invoke(function, TypedData(json=json.dumps(event)), extra)
        except InvocationError as error:
            log.error("Executed 'Functions.%s' (Failed)\n%s", function.name, error.stack_trace)
            return f"Exception while executing function: Functions.{function.name}"
        return None


def _allow_origin(request: Request) -> Response:
    """CloudEvents' abuse protection: say that this sender is welcome, at any rate."""
    origin = request.headers.get("webhook-request-origin")
    if not origin:
        return Response(status_code=400)
    return Response(headers={"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"})
