"""Azure's error bodies.

Two shapes meet a client: the plain one of ARM itself (no workspace, no token) and the long one of
Azure ML's management front end, with `details` and `additionalInfo`, as recorded traffic shows it.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from local.azureml.store.clock import stamp


class AzureError(Exception):
    """Ends a request with an error reply in the shape of the management front end."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: Sequence[dict[str, Any]] = (),
        inner: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = list(details)
        self.inner = inner
        self.headers: Mapping[str, str] = {"x-ms-response-type": "error"}

    def body(self) -> Any:
        return {"error": service_error(self.code, self.message, self.details, self.inner)}


class ArmError(AzureError):
    """Ends a request with an error of ARM itself, before Azure ML has seen it."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str]) -> None:
        super().__init__(status, code, message)
        self.headers = headers

    def body(self) -> Any:
        return {"error": {"code": self.code, "message": self.message}}


class PlainError(AzureError):
    """Ends a request with a body of its own: scoring, blob storage and MLflow have no ARM shape."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, "", str(body))
        self._body = body
        self.headers = headers or {}

    def body(self) -> Any:
        return self._body


def detail(code: str, message: str) -> dict[str, Any]:
    """One entry of an error's `details`."""
    return {"code": code, "message": message, "details": [], "additionalInfo": []}


def service_error(
    code: str, message: str, details: Sequence[dict[str, Any]] = (), inner: str | None = None
) -> dict[str, Any]:
    """The `error` object of the management front end."""
    info: list[tuple[str, Any]] = [
        ("ComponentName", "managementfrontend"),
        ("Correlation", {"operation": uuid.uuid4().hex, "request": uuid.uuid4().hex[:16]}),
        ("Environment", "local"),
        ("Location", "local"),
        ("Time", stamp()),
    ]
    if inner:
        cause = "Microsoft.MachineLearning.Common.Core.ServiceInvocationException"
        info.append(("DebugInfo", {"type": cause, "message": message}))
        info.append(("InnerError", {"code": inner, "innerError": None}))
    return {
        "code": code,
        "message": message,
        "details": list(details),
        "additionalInfo": [{"type": kind, "info": {"value": value}} for kind, value in info],
    }


def failed_operation(error: Mapping[str, Any]) -> dict[str, Any]:
    """The `error` of a long-running operation that failed: every key is there, null or not."""
    return {
        "code": error["code"],
        "message": error["message"],
        "target": error.get("target"),
        "details": error.get("details") or [],
        "additionalInfo": error.get("additionalInfo") or [],
    }


def not_found(what: str, code: str) -> AzureError:
    """The recorded 404 of a resource inside a workspace."""
    message = "The specified resource was not found."
    return AzureError(404, "NotFound", message, [detail(code, what)])


def user_error(status: int, message: str, inner: str | None = None) -> AzureError:
    """What Azure ML calls an error of the caller."""
    return AzureError(status, "UserError", message, inner=inner)
