"""The stand-in as a Python object."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from duckdb_kql.errors import KqlError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.azureml import certificate, server
from local.loganalytics import errors
from local.loganalytics.table import answer


@dataclass
class Fault:
    """An answer that is given instead of its own."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1


class LogAnalytics:
    """A workspace of one's own, for as long as the `with` block lasts."""

    def __init__(
        self, directory: Path, workspace_id: str, records: Iterable[dict[str, Any]] = ()
    ) -> None:
        """`records` are rows of AppEvents."""
        self._directory = directory
        self._workspace = workspace_id
        self.records = list(records)
        self.asked: list[dict[str, Any]] = []
        """The body of each request, with its headers."""
        self.faults: list[Fault] = []

    def __enter__(self) -> Self:
        made = certificate.make(self._directory)
        self.ca_file = made.ca_file
        listener = server.listen(0)
        self.url = f"https://localhost:{listener.getsockname()[1]}"
        route = Route("/v1/workspaces/{workspace}/query", self._query, methods=["POST"])
        self._server = server.Server(Starlette(routes=[route]), listener, made.context)
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    async def _query(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append({**body, "headers": dict(request.headers)})
        if self.faults:
            fault = self.faults[0]
            fault.times -= 1
            if fault.times <= 0:
                self.faults.pop(0)
            return JSONResponse(fault.body, fault.status, fault.headers)
        if _audience(request.headers.get("authorization", "")) != self.url:
            return errors.unauthenticated()
        if request.path_params["workspace"] != self._workspace:
            return errors.no_such_path()
        given = self.records, body["query"], body.get("timespan")
        try:
            return JSONResponse(await run_in_threadpool(answer, *given))
        except KqlError as error:
            return errors.bad_query(error)


def _audience(authorization: str) -> str:
    try:
        part = authorization.removeprefix("Bearer ").split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(f"{part}=="))["aud"]).rstrip("/")
    except (ValueError, IndexError, KeyError):
        return ""
