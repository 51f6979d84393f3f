"""Stand-ins for the FunctionRpc protobuf messages.

Azure's Python worker receives protobuf messages from the Functions host and hands them to the
library `azure_functions_runtime`, together with the module that defines them. The library only
reads and sets attributes, so plain objects of the same shape do.
"""

from types import SimpleNamespace
from typing import Any, ClassVar


class Message:
    """A message whose unset fields read as None."""

    choices: ClassVar[tuple[str, ...]] = ()
    """The fields of the message's one oneof group, if it has one."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> Any:
        # The library asks a message for its module (`data.TypedData`) to find out which of the
        # two it was handed: only lower case names are fields.
        if name.startswith("__") or name[0].isupper():
            raise AttributeError(name)
        return None

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802 - protobuf's own name
        return next((name for name in self.choices if self.__dict__.get(name) is not None), None)


class TypedData(Message):
    choices = (
        "string",
        "json",
        "bytes",
        "http",
        "int",
        "double",
        "collection_bytes",
        "collection_string",
        "collection_double",
        "collection_sint64",
    )


class ParameterBinding(Message):
    choices = ("data",)


class BindingInfo(Message):
    undefined, out, inout = 0, 1, 2


class StatusResult(Message):
    Failure, Success = 0, 1


class RpcHttpCookie(Message):
    SameSite = SimpleNamespace(**{"None": 0, "Lax": 1, "Strict": 2, "ExplicitNone": 3})


class RpcHttp(Message):
    pass


# What the library only creates and hands back.
_PLAIN = (
    "FunctionMetadataResponse",
    "InvocationResponse",
    "NullableBool",
    "NullableDouble",
    "NullableString",
    "NullableTimestamp",
    "RpcException",
    "RpcFunctionMetadata",
    "RpcRetryOptions",
    "WorkerInitResponse",
    "WorkerMetadata",
)

MODULE = SimpleNamespace(
    BindingInfo=BindingInfo,
    ParameterBinding=ParameterBinding,
    RpcHttp=RpcHttp,
    RpcHttpCookie=RpcHttpCookie,
    StatusResult=StatusResult,
    TypedData=TypedData,
    **{name: type(name, (Message,), {}) for name in _PLAIN},
)
"""What the library takes for its module of protobuf messages."""
