"""Stand-in for GitHub's REST interface: one workflow, its runs, and an app's tokens.

Checked against GitHub's own description, version 2022-11-28 (MIT):
https://github.com/github/rest-api-description, operations actions/create-workflow-dispatch,
actions/list-workflow-runs, actions/get-workflow-run, actions/cancel-workflow-run and
apps/create-installation-access-token. `return_run_details`:
https://github.blog/changelog/2026-02-19-workflow-dispatch-api-now-returns-run-ids; a GitHub
Enterprise Server that does not know it says `"return_run_details" is not a permitted key.`
(https://github.com/benc-uk/workflow-dispatch/issues/86). Rate limits:
https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api.
"""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.pipelines.control import Control, Run

OWNER, REPOSITORY, WORKFLOW = "contoso", "release", "release.yml"
TOKEN = "github_pat_opens_nothing"  # noqa: S105
APP_TOKEN = "ghs_opens_nothing"  # noqa: S105
APP, INSTALLATION = 7, 70
MAX_INPUTS = 25
_ACTIONS = f"/repos/{OWNER}/{REPOSITORY}/actions"
_TOKENS = "/app/installations"
_DOCS = "https://docs.github.com/rest"


def github(control: Control) -> Starlette:
    """The stand-in as an application."""
    service = _GitHub(control)
    workflow = f"{_ACTIONS}/workflows/{{workflow}}"
    control.guard = _refused
    return Starlette(
        routes=[
            *control.routes(),
            control.route(f"{workflow}/dispatches", service.dispatch, "POST"),
            control.route(f"{workflow}/runs", service.list_runs, "GET"),
            control.route(_ACTIONS + "/runs/{run:int}", service.get_run, "GET"),
            control.route(_ACTIONS + "/runs/{run:int}/cancel", service.cancel, "POST"),
            control.route(
                _TOKENS + "/{installation:int}/access_tokens", service.give_token, "POST"
            ),
            control.route("/{path:path}", service.nothing, "GET", "POST"),
        ]
    )


class _GitHub:
    def __init__(self, control: Control) -> None:
        self._control = control

    async def dispatch(self, request: Request) -> Response:
        if request.path_params["workflow"] != WORKFLOW:
            return _error(404, "Not Found")
        body = await request.json()
        if (wrong := self._wrong(body)) is not None:
            return _error(422, wrong)
        run = self._control.begin(body.get("inputs") or {}, "main")
        if not body.get("return_run_details", False):
            return Response(status_code=204)
        known = self._run(request, run)
        return JSONResponse(
            {"workflow_run_id": run.id, "run_url": known["url"], "html_url": known["html_url"]}
        )

    def _wrong(self, body: dict[str, Any]) -> str | None:
        if self._control.settings.get("old") and "return_run_details" in body:
            return 'Invalid request.\n\n"return_run_details" is not a permitted key.'
        if body.get("ref") not in ("main", "refs/heads/main"):
            return f"No ref found for: {body.get('ref')}"
        given, declared = body.get("inputs") or {}, self._control.declared
        if len(given) > MAX_INPUTS:
            return f"you may only define up to {MAX_INPUTS} inputs"
        if unknown := declared.unknown(given):
            return f"Unexpected inputs provided: {json.dumps(unknown)}"
        if missing := declared.missing(given):
            return f"Required input '{missing[0]}' not provided"
        return None

    async def list_runs(self, request: Request) -> Response:
        query = request.query_params
        created = query.get("created", "")
        since = datetime.fromisoformat(created.removeprefix(">=")) if created else None
        found = self._control.listed(since)
        if query.get("event") not in (None, "workflow_dispatch"):
            found = []
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        shown = found[size * (page - 1) : size * page]
        runs = [self._run(request, run) for run in shown]
        return JSONResponse({"total_count": len(found), "workflow_runs": runs})

    async def get_run(self, request: Request) -> Response:
        run = self._control.find(request.path_params["run"])
        return JSONResponse(self._run(request, run)) if run else _error(404, "Not Found")

    async def cancel(self, request: Request) -> Response:
        run = self._control.find(request.path_params["run"])
        if run is None:
            return _error(404, "Not Found")
        if run.result is not None:
            return _error(409, "Cannot cancel a workflow run that is completed.")
        run.stopping = True
        return JSONResponse({}, 202)

    async def give_token(self, request: Request) -> Response:
        claims = _claims(request.headers.get("authorization", ""))
        if str(claims.get("iss")) != str(APP):
            return _error(401, "A JSON web token could not be decoded")
        if request.path_params["installation"] != INSTALLATION:
            return _error(404, "Not Found")
        expires = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        permissions = {"actions": "write", "metadata": "read"}
        body = {"token": APP_TOKEN, "expires_at": expires, "permissions": permissions}
        return JSONResponse(body, 201)

    async def nothing(self, _: Request) -> Response:
        return _error(404, "Not Found")

    def _run(self, request: Request, run: Run) -> dict[str, Any]:
        """A workflow run, with what matters here of its fields."""
        if run.stopping and run.result is None and request.method == "GET":
            run.result = "cancelled"
        base = str(request.base_url).rstrip("/")
        begun = run.begun.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "id": run.id,
            "name": "release",
            "run_number": run.number,
            "event": "workflow_dispatch",
            "display_title": run.name,
            "status": "in_progress" if run.result is None else "completed",
            "conclusion": run.result,
            "workflow_id": 1,
            "head_branch": run.ref,
            "path": f".github/workflows/{WORKFLOW}",
            "url": f"{base}{_ACTIONS}/runs/{run.id}",
            "html_url": f"{base}/{OWNER}/{REPOSITORY}/actions/runs/{run.id}",
            "created_at": begun,
            "run_attempt": 1,
        }


def _refused(request: Request) -> Response | None:
    if request.url.path.startswith(_TOKENS):  # an app proves by itself who it is
        return None
    if not request.headers.get("user-agent"):
        return _error(403, "Request forbidden by administrative rules.")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme == "Bearer" and given in (TOKEN, APP_TOKEN):
        return None
    return _error(401, "Bad credentials")


def _claims(authorization: str) -> dict[str, Any]:
    """What a token says; nobody checks its signature here."""
    try:
        part = authorization.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims


def _error(status: int, message: str) -> JSONResponse:
    body = {"message": message, "documentation_url": _DOCS, "status": str(status)}
    return JSONResponse(body, status)
