"""Workflows in GitHub Actions, by its REST interface, version 2022-11-28.

https://docs.github.com/rest/actions/workflows and …/workflow-runs. Since February 2026 a start can
be answered with the run (``return_run_details``); a GitHub Enterprise Server before 3.21 refuses
the wish. The run is then found by its name, which must carry the promotion's id: the inputs of a
run cannot be asked for.
"""

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from promotion.core.errors import Terminal
from promotion.core.steps.handover import Outcome, Run
from promotion.core.value import Json
from promotion.core.ways.pipelines import WorkflowRef
from promotion.handoff.answers import Heard, Said, segment, shown
from promotion.handoff.github_app import installation_token
from promotion.handoff.rest import request
from promotion.handoff.runs import SKEW, State, carries, word
from promotion.handoff.secrets import token

API: Final = "https://api.github.com"
_SERVICE: Final = "GitHub"
_PAGE, _PAGES = 100, 10
"""GitHub lists up to 1,000 runs of a search."""
_OUTCOMES: Final[dict[str | None, Outcome]] = {"success": "succeeded", "cancelled": "cancelled"}
"""All other conclusions are failures: nothing was released by a run that was skipped."""


class _WorkflowRun(Said):
    id: int
    html_url: Any = None
    display_title: str | None = None
    status: str | None = None
    conclusion: str | None = None

    def known(self) -> Run:
        return Run(id=self.id, link=shown(self.html_url))


class _WorkflowRuns(Said):
    workflow_runs: tuple[_WorkflowRun, ...]


class _Started(Said):
    workflow_run_id: int
    html_url: Any = None


class GithubRuns:
    """The runs of one workflow."""

    def __init__(self, workflow: WorkflowRef) -> None:
        self._workflow = workflow
        self._base = workflow.url or API
        owner, _, name = workflow.repository.partition("/")
        self._actions = f"repos/{segment(owner)}/{segment(name)}/actions"
        self._path = f"{self._actions}/workflows/{segment(workflow.workflow)}"

    def find(self, name: str, since: datetime) -> Run | None:
        """The run whose own name has that name in it."""
        begun = (since - SKEW).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = {"event": "workflow_dispatch", "created": f">={begun}", "per_page": str(_PAGE)}
        for page in range(1, _PAGES + 1):
            asked = urlencode({**query, "page": str(page)})
            runs = self._ask("GET", f"{self._path}/runs?{asked}").read(_WorkflowRuns).workflow_runs
            for run in runs:
                if carries(run.display_title or "", name):
                    return run.known()
            if len(runs) < _PAGE:
                return None
        raise Terminal(
            f"The {self._workflow.label} has had more than {_PAGE * _PAGES} runs since "
            f"{since:%Y-%m-%d %H:%M} UTC, so that it cannot be told whether one is ours.",
            code="TooManyRuns",
        )

    def start(self, parameters: dict[str, str]) -> Run | None:
        """A new run; None when GitHub accepts it without telling which it is."""
        inputs: dict[str, Json] = dict(parameters)
        wish: dict[str, Json] = {"ref": self._workflow.ref, "inputs": inputs}
        path = f"{self._path}/dispatches"
        heard = self._ask("POST", path, wish | {"return_run_details": True}, fine=(400, 422))
        if heard.status in (400, 422):
            if "return_run_details" not in heard.message:
                raise self._refusal(heard)
            heard = self._ask("POST", path, wish)  # an older GitHub Enterprise Server
        if heard.status == 204:
            return None
        started = heard.read(_Started)
        return Run(id=started.workflow_run_id, link=shown(started.html_url))

    def look(self, run: Run) -> State:
        """How it is."""
        found = self._ask("GET", f"{self._actions}/runs/{run.id}").read(_WorkflowRun)
        title = found.display_title or ""
        if found.status != "completed":
            return State(word(found.status), None, title)
        outcome = _OUTCOMES.get(found.conclusion, "failed")
        return State(word(found.conclusion), outcome, title)

    def stop(self, run: Run) -> None:
        """Ask for its end; 409 is a run that has ended."""
        self._ask("POST", f"{self._actions}/runs/{run.id}/cancel", fine=(409,))

    def _ask(self, method: str, path: str, body: Json = None, fine: tuple[int, ...] = ()) -> Heard:
        headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            "Authorization": f"Bearer {self._token()}",
        }
        heard = request(_SERVICE, method, f"{self._base}/{path}", headers, body)
        if not 200 <= heard.status < 300 and heard.status not in fine:
            raise self._refusal(heard)
        return heard

    def _token(self) -> str:
        if (app := self._workflow.app) is not None:
            return installation_token(self._base, app)
        return token(self._workflow.token_setting or "")

    def _refusal(self, heard: Heard) -> Terminal:
        label, status = self._workflow.label, heard.status
        why = heard.message or "without a reason."
        whose = self._workflow.token_setting or "the GitHub App"
        if status == 401:
            return Terminal(
                f"GitHub does not accept our token: {why}",
                remedy=f"Renew the token in {whose}; it needs Actions: write.",
                code="Unauthenticated",
            )
        if 300 <= status < 400:
            return Terminal(
                f"GitHub answered {status}: {self._workflow.repository} has moved.",
                remedy="Write the repository's present name into the policy.",
                code=str(status),
            )
        if status in (403, 404):
            return Terminal(
                f"GitHub has no {label} for us (it answered {status}): {why}",
                remedy="Check repository and workflow in the policy, and that the token of "
                f"{whose} has Actions: write there.",
                code=str(status),
            )
        return Terminal(
            f"GitHub refused the {label} (it answered {status}): {why}",
            remedy="Check that the workflow has workflow_dispatch with every input that it is "
            "given, and that the ref exists: docs/how-to/hand-over-to-a-pipeline.md.",
            code=str(status),
        )
