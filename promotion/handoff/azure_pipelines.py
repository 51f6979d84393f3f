"""Pipelines in Azure DevOps, by its REST interface, version 7.1.

https://learn.microsoft.com/rest/api/azure/devops/pipelines/runs and …/build/builds; a run of a YAML
pipeline and the build of the same id are one thing. Builds can be listed by time and cancelled,
which runs cannot.
"""

import base64
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import Field

from promotion.core.errors import Retryable, Terminal
from promotion.core.steps.handover import Outcome, Run
from promotion.core.value import Json
from promotion.core.ways.pipelines import PipelineRef
from promotion.handoff.answers import Heard, Said, segment, shown
from promotion.handoff.rest import request
from promotion.handoff.runs import SKEW, State, carries, word
from promotion.handoff.secrets import token
from promotion.identity import credential
from promotion.settings import read_settings

SCOPE: Final = "499b84ac-1321-427f-aa17-267ca6975798/.default"
"""Azure DevOps, to Entra ID: https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/service-principal-managed-identity"""
_VERSION: Final = {"api-version": "7.1"}
_SERVICE: Final = "Azure DevOps"
_PAGE, _PAGES = 100, 20
_NOT_SIGNED_IN: Final = frozenset({203, 301, 302, 303, 307, 308, 401})
"""To a token that does not count it shows its page to sign in, or leads there."""


class _Links(Said):
    web: Any = None


class _Run(Said):
    id: int
    name: str = ""
    state: str = "unknown"
    result: str | None = None
    links: _Links = Field(default=_Links(), alias="_links")

    def known(self) -> Run:
        web = self.links.web
        return Run(id=self.id, link=shown(web.get("href")) if isinstance(web, dict) else None)


class _Build(_Run):
    name: str = Field(default="", alias="buildNumber")
    parameters: dict[str, Any] | None = Field(default=None, alias="templateParameters")

    def is_called(self, name: str) -> bool:
        return name in (self.parameters or {}).values() or carries(self.name, name)


class _Builds(Said):
    value: tuple[_Build, ...]


class AzureRuns:
    """The runs of one pipeline."""

    def __init__(self, pipeline: PipelineRef) -> None:
        self._pipeline = pipeline
        base = pipeline.url or read_settings().azure_devops_url
        parts = (pipeline.organization, pipeline.project)
        self._project = "/".join((base, *map(segment, parts), "_apis"))

    def find(self, name: str, since: datetime) -> Run | None:
        """The run with that name among its parameters, or in its own name."""
        query = {
            **_VERSION,
            "definitions": str(self._pipeline.pipeline),
            # As with all times of Azure DevOps, in UTC with a Z.
            "minTime": (since - SKEW).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "queryOrder": "queueTimeDescending",
            "$top": str(_PAGE),
        }
        for _ in range(_PAGES):
            heard = self._ask("GET", "build/builds", query)
            for build in heard.read(_Builds).value:
                if build.is_called(name):
                    return build.known()
            if (more := heard.headers.get("x-ms-continuationtoken")) is None:
                return None
            query["continuationToken"] = more
        raise Terminal(
            f"The {self._pipeline.label} has had more than {_PAGE * _PAGES} runs since "
            f"{since:%Y-%m-%d %H:%M} UTC, so that it cannot be told whether one is ours.",
            code="TooManyRuns",
        )

    def start(self, parameters: dict[str, str]) -> Run:
        """A new run."""
        body: dict[str, Json] = {"templateParameters": dict(parameters)}
        if (branch := self._pipeline.branch) is not None:
            ref = branch if branch.startswith("refs/") else f"refs/heads/{branch}"
            body["resources"] = {"repositories": {"self": {"refName": ref}}}
        path = f"pipelines/{self._pipeline.pipeline}/runs"
        return self._ask("POST", path, _VERSION, body).read(_Run).known()

    def look(self, run: Run) -> State:
        """How it is."""
        path = f"pipelines/{self._pipeline.pipeline}/runs/{run.id}"
        found = self._ask("GET", path, _VERSION).read(_Run)
        if found.state != "completed":
            return State(word(found.state), None, found.name)
        outcomes: dict[str | None, Outcome] = {"succeeded": "succeeded", "canceled": "cancelled"}
        outcome = outcomes.get(found.result, "failed")
        return State(word(found.result), outcome, found.name)

    def stop(self, run: Run) -> None:
        """Ask for its end."""
        body: Json = {"status": "cancelling"}
        self._ask("PATCH", f"build/builds/{run.id}", _VERSION, body, fine=(400, 409))

    def _ask(
        self,
        method: str,
        path: str,
        query: dict[str, str],
        body: Json = None,
        fine: tuple[int, ...] = (),
    ) -> Heard:
        url = f"{self._project}/{path}?{urlencode(query)}"
        headers = {"Authorization": self._authorization(), "X-TFS-FedAuthRedirect": "Suppress"}
        heard = request(_SERVICE, method, url, headers, body)
        if heard.status != 200 and heard.status not in fine:
            raise self._refusal(heard)
        return heard

    def _authorization(self) -> str:
        if (setting := self._pipeline.token_setting) is not None:
            return "Basic " + base64.b64encode(f":{token(setting)}".encode()).decode()
        from azure.core.exceptions import AzureError

        try:
            return f"Bearer {credential().get_token(SCOPE).token}"
        except AzureError as error:
            raise Retryable(
                f"There is no token for Azure DevOps: {error.message}",
                remedy="Check that the function app has a managed identity, and that "
                "AZURE_CLIENT_ID names it.",
                code="Unauthenticated",
            ) from None

    def _refusal(self, heard: Heard) -> Terminal:
        label, status = self._pipeline.label, heard.status
        why = heard.message or "without a reason."
        if status in _NOT_SIGNED_IN:
            whose = self._pipeline.token_setting
            return Terminal(
                f"Azure DevOps does not accept our token for {self._pipeline.organization}: it "
                f"answered {status}, which leads to its sign-in page.",
                remedy=f"Renew the token in {whose}; its scope is Build (Read & execute)."
                if whose
                else "Add the app's managed identity to the organization as a user.",
                code="Unauthenticated",
            )
        if status in (403, 404):
            return Terminal(
                f"Azure DevOps has no {label} for us (it answered {status}): {why}",
                remedy="Check organization, project and pipeline in the policy, and that the "
                "identity may view builds, queue builds and stop builds of that pipeline.",
                code=str(status),
            )
        return Terminal(
            f"Azure DevOps refused the {label} (it answered {status}): {why}",
            remedy="Check that the pipeline declares every parameter that it is given, and that "
            "the branch exists: docs/how-to/hand-over-to-a-pipeline.md.",
            code=str(status),
        )
