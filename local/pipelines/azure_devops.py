"""Stand-in for Azure DevOps Services: one pipeline, its runs, and the builds that they are.

Checked against Microsoft's own description of the interface, version 7.1 (MIT):
https://github.com/MicrosoftDocs/vsts-rest-api-specs, specification/pipelines/7.1/pipelines.json
(Runs_Run Pipeline, Runs_Get) and specification/build/7.1/build.json (Builds_List, Builds_Update
Build). Rate limits: https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits.
Whoever is not signed in gets status 203 with a page, or 302 to one, as people have found. What the
description does not say is a guess, and marked so.
"""

import base64
import json
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from local.pipelines.control import Control, Run

ORGANIZATION, PROJECT, PIPELINE = "contoso", "mlops", 42
TOKEN = "a-personal-access-token"  # noqa: S105  # opens nothing
_TYPES = "Microsoft.Azure.Pipelines.WebApi"
RESOURCE = "499b84ac-1321-427f-aa17-267ca6975798"
_PROJECT = f"/{ORGANIZATION}/{PROJECT}/_apis"


def azure_devops(control: Control) -> Starlette:
    """The stand-in as an application."""
    service = _AzureDevOps(control)
    control.guard = service.refused
    pipeline = f"{_PROJECT}/pipelines/{{pipeline:int}}/runs"
    return Starlette(
        routes=[
            *control.routes(),
            control.route(pipeline, service.run_pipeline, "POST"),
            control.route(pipeline + "/{run:int}", service.get_run, "GET"),
            control.route(f"{_PROJECT}/build/builds", service.list_builds, "GET"),
            control.route(f"{_PROJECT}/build/builds/{{run:int}}", service.update_build, "PATCH"),
            control.route("/{path:path}", service.nothing, "GET", "POST", "PATCH"),
        ]
    )


class _AzureDevOps:
    def __init__(self, control: Control) -> None:
        self._control = control

    async def run_pipeline(self, request: Request) -> Response:
        if request.path_params["pipeline"] != PIPELINE:
            return _error(404, "PipelineDoesNotExistException", "The pipeline does not exist.")
        body = await request.json()
        given = body.get("templateParameters") or {}
        if any(not isinstance(value, str) for value in given.values()):
            return _error(400, "InvalidArgumentValueException", "Values are strings.")
        declared = self._control.declared
        where = "/azure-pipelines.yml: "
        if unknown := declared.unknown(given):  # the words are a guess
            what = f"{where}Unexpected parameter '{unknown[0]}'"
            return _error(400, "PipelineValidationException", what)
        if missing := declared.missing(given):
            what = f"{where}A value for the '{missing[0]}' parameter must be provided."
            return _error(400, "PipelineValidationException", what)
        own = body.get("resources", {}).get("repositories", {}).get("self", {})
        run = self._control.begin(given, own.get("refName", "refs/heads/main"))
        return JSONResponse(self._run(request, run))

    async def get_run(self, request: Request) -> Response:
        run = self._control.find(request.path_params["run"])
        if run is None or request.path_params["pipeline"] != PIPELINE:
            return _error(404, "PipelineRunNotFoundException", "The run does not exist.")
        return JSONResponse(self._run(request, run))

    async def list_builds(self, request: Request) -> Response:
        query = request.query_params
        begun = query.get("minTime")
        # minTime is about what queryOrder sorts by.
        if begun and not query.get("queryOrder", "").startswith("queueTime"):
            return JSONResponse({"count": 0, "value": []})
        since = datetime.fromisoformat(begun) if begun else None
        found = self._control.listed(since) if query.get("definitions") == str(PIPELINE) else []
        first, top = int(query.get("continuationToken", 0)), int(query.get("$top", 1000))
        page = [self._build(request, run) for run in found[first : first + top]]
        more = first + top < len(found)
        headers = {"x-ms-continuationtoken": str(first + top)} if more else {}
        return JSONResponse({"count": len(page), "value": page}, headers=headers)

    async def update_build(self, request: Request) -> Response:
        run = self._control.find(request.path_params["run"])
        if run is None:
            return _error(404, "BuildNotFoundException", "The build does not exist.")
        if run.result is not None:  # the status is a guess
            return _error(409, "BuildStatusInvalidChangeException", "The build has completed.")
        if (await request.json()).get("status") == "cancelling":
            run.stopping = True
        return JSONResponse(self._build(request, run))

    async def nothing(self, _: Request) -> Response:
        what = "TF200016: The following project does not exist, or you may not see it."
        return _error(404, "ProjectDoesNotExistWithNameException", what)

    def refused(self, request: Request) -> Response | None:
        if request.query_params.get("api-version") != "7.1":
            return _error(400, "VssVersionNotSpecifiedException", "No api-version was supplied.")
        if _is_known(request.headers.get("authorization", "")):
            return None
        if self._control.settings.get("sign_in") == 302:
            return Response(
                status_code=302, headers={"Location": "https://spsprodeus.example/_signin"}
            )
        return HTMLResponse("<html><title>Sign In</title></html>", 203)

    def _links(self, request: Request, run: Run) -> dict[str, Any]:
        base = str(request.base_url).rstrip("/")
        page = f"{base}/{ORGANIZATION}/{PROJECT}/_build/results?buildId={run.id}"
        return {"web": {"href": page}}

    def _run(self, request: Request, run: Run) -> dict[str, Any]:
        """A Run, as Runs_Get describes it."""
        self._settle(run)
        going = {"state": "canceling" if run.stopping else "inProgress"}
        return {
            "_links": self._links(request, run),
            "templateParameters": run.parameters,
            "pipeline": {"id": PIPELINE, "name": "release", "folder": "\\", "revision": 1},
            **(going if run.result is None else {"state": "completed", "result": run.result}),
            "createdDate": run.begun.isoformat(),
            "url": str(request.url),
            "resources": {"repositories": {"self": {"refName": run.ref}}},
            "id": run.id,
            "name": run.name,
        }

    def _build(self, request: Request, run: Run) -> dict[str, Any]:
        """A Build, as Builds_List describes it, with what matters here."""
        going = {"status": "cancelling" if run.stopping else "inProgress"}
        build = {
            "_links": self._links(request, run),
            "id": run.id,
            "buildNumber": run.name,
            **(going if run.result is None else {"status": "completed", "result": run.result}),
            "queueTime": run.begun.isoformat(),
            "url": str(request.url),
            "definition": {"id": PIPELINE, "name": "release"},
            "sourceBranch": run.ref,
            "reason": "manual",
        }
        # It has been missing: https://github.com/MicrosoftDocs/vsts-rest-api-specs/issues/579
        shown = self._control.settings.get("parameters_listed", True)
        return build | ({"templateParameters": run.parameters} if shown else {})

    def _settle(self, run: Run) -> None:
        """A run that is asked to end does so by the next look."""
        if run.stopping and run.result is None:
            run.result = "canceled"


def _is_known(authorization: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    if scheme == "Basic":
        return base64.b64decode(given).decode().partition(":")[2] == TOKEN
    try:
        part = given.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return False
    return scheme == "Bearer" and claims.get("aud") == RESOURCE


def _error(status: int, kind: str, message: str) -> JSONResponse:
    return JSONResponse(
        {
            "$id": "1",
            "innerException": None,
            "message": message,
            "typeName": f"{_TYPES}.{kind}, {_TYPES}",
            "typeKey": kind,
            "errorCode": 0,
            "eventId": 3000,
        },
        status,
    )
