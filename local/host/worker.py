"""The app's functions, run by Microsoft's own worker library `azure_functions_runtime`.

On Azure a small process speaks gRPC with the Functions host and hands each message to this
library. Here the messages come straight from our host, so the decorators, the bindings and the
conversions are the real ones: every local run is a conformance run of the app's declarations.
"""

import json
import sys
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import azure_functions_runtime as runtime
from azure_functions_runtime import handle_event

from local.host.errors import HostError, InvocationError
from local.host.messages import MODULE, Message, ParameterBinding, StatusResult, TypedData


@dataclass(frozen=True)
class Function:
    """One indexed function and its bindings, as the worker library describes them."""

    name: str
    id: str
    trigger: dict[str, Any]
    inputs: tuple[dict[str, Any], ...]

    @property
    def kind(self) -> str:
        return str(self.trigger["type"])


class Worker:
    """Indexes one app directory and invokes its functions.

    The library keeps its registry and its thread pool in globals: one app at a time per process.
    """

    def __init__(self, app_dir: Path) -> None:
        self.app_dir = str(app_dir.resolve())
        self.functions: dict[str, Function] = {}
        self._executor: ThreadPoolExecutor | None = None
        self._shadowed: ModuleType | None = None

    async def start(self) -> None:
        """Import function_app.py and index what it declares."""
        if not (Path(self.app_dir) / "function_app.py").exists():
            raise HostError(f"{self.app_dir} has no function_app.py")
        handle_event._functions._functions.clear()
        handle_event._metadata_result = None
        self._shadowed = sys.modules.pop("function_app", None)  # of another app, or an older one
        sys.path.insert(0, self.app_dir)
        runtime.start_threadpool_executor()
        self._executor = runtime.get_threadpool_executor()
        request = SimpleNamespace(
            request=SimpleNamespace(
                worker_init_request=SimpleNamespace(
                    capabilities={}, function_app_directory=self.app_dir
                )
            ),
            properties={"host": "127.0.0.1", "protos": MODULE},
        )
        reply = await runtime.worker_init_request(request)
        if reply.result.status != StatusResult.Success:
            failure = reply.result.exception
            # The library adds advice and the whole sys.path to a missing module's name.
            message = failure.message.partition(". Cannot find module.")[0]
            raise HostError(f"indexing failed: {message}", failure.stack_trace)
        metadata = await runtime.functions_metadata_request(request)
        self.functions = {
            f.name: f for f in map(_function, metadata.function_metadata_results or [])
        }

    def of(self, kind: str) -> list[Function]:
        return [f for f in self.functions.values() if f.kind == kind]

    async def invoke(
        self,
        function: Function,
        value: TypedData,
        extra: Iterable[tuple[str, TypedData]] = (),
        metadata: dict[str, TypedData] | None = None,
    ) -> Any:
        """Run a function; its return value is TypedData or None. Raises InvocationError."""
        inputs = ((function.trigger["name"], value), *extra)
        invocation = SimpleNamespace(
            invocation_id=str(uuid.uuid4()),
            function_id=function.id,
            trigger_metadata=metadata or {},
            trace_context=SimpleNamespace(trace_parent="", trace_state="", attributes={}),
            retry_context=SimpleNamespace(retry_count=0, max_retry_count=0, exception=None),
            input_data=[ParameterBinding(name=name, data=data) for name, data in inputs],
        )
        reply = await runtime.invocation_request(
            SimpleNamespace(request=SimpleNamespace(invocation_request=invocation))
        )
        if reply.result.status != StatusResult.Success:
            failure = reply.result.exception
            raise InvocationError(failure.message, failure.stack_trace)
        return reply.return_value

    def stop(self) -> None:
        """Let go of the thread pool and of the app; running functions are not awaited."""
        if self._executor is None:
            return  # never started
        self._executor.shutdown(wait=False, cancel_futures=True)
        sys.path.remove(self.app_dir)
        sys.modules.pop("function_app", None)
        if self._shadowed is not None:
            sys.modules["function_app"] = self._shadowed


def _function(metadata: Message) -> Function:
    bindings = [json.loads(text) for text in metadata.raw_bindings]
    triggers = [b for b in bindings if b["type"].lower().endswith("trigger")]
    if len(triggers) != 1:
        raise HostError(f"function '{metadata.name}' has {len(triggers)} triggers instead of one")
    outputs = [b for b in bindings if b["direction"] == "OUT" and b["name"] != "$return"]
    if outputs:
        raise HostError(
            f"function '{metadata.name}' has the output binding '{outputs[0]['type']}', "
            "which this host does not know"
        )
    inputs = tuple(b for b in bindings if b["direction"] == "IN" and b is not triggers[0])
    return Function(metadata.name, metadata.function_id, triggers[0], inputs)
