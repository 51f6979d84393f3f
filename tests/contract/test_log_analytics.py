"""Log Analytics: azure-monitor-query over HTTPS against the stand-in of the query API."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.identity import DefaultAzureCredential
from typer.testing import CliRunner

from local.loganalytics import LogAnalytics as Workspace
from local.loganalytics.standin import Fault
from promotion.cli.app import app
from promotion.cli.surroundings import Surroundings
from promotion.core.errors import PromotionError, Retryable, Terminal
from promotion.report.audit_file import AuditFile
from promotion.report.log_analytics import LogAnalytics
from promotion.report.queries import Query, queries
from promotion.report.source import Wanted

ID = "2f1c6d0e-7d53-4b8e-9a51-8f6f0b6c1d11"
ROWS = Path(__file__).parents[1] / "dashboards" / "rows"
CANARY = "canary-canary-1-e973694d"
LEAD_TIME = queries()["lead-time"]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Everything that the service recorded in all stories."""
    file = tmp_path_factory.mktemp("audit") / "audit.jsonl"
    parts = (path.read_text(encoding="utf-8") for path in sorted(ROWS.glob("*.jsonl")))
    file.write_text("".join(parts), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def workspace(recorded, stand_in, tmp_path_factory):
    lines = recorded.read_text(encoding="utf-8").splitlines()
    with Workspace(tmp_path_factory.mktemp("logs"), ID, map(json.loads, lines)) as workspace:
        both = workspace.ca_file.with_name("both.pem")
        both.write_text(workspace.ca_file.read_text() + stand_in.ca_file.read_text())
        workspace.ca_file = both
        yield workspace


@pytest.fixture
def logs(workspace, monkeypatch):
    """The workspace, as the command line reaches it."""
    workspace.asked, workspace.faults = [], []
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(workspace.ca_file))
    return a_source(workspace)


def a_source(workspace, workspace_id: str = ID, **more) -> LogAnalytics:
    return LogAnalytics(workspace_id, DefaultAzureCredential(), endpoint=workspace.url, **more)


def refused(source: LogAnalytics, query: Query = LEAD_TIME) -> PromotionError:
    with pytest.raises(PromotionError) as error:
        source.ask(query, Wanted())
    return error.value


def a_fault(workspace, status: int, code: str, message: str, headers=None, times=1, **more):
    body = {"error": {"code": code, "message": message, **more}}
    workspace.faults.append(Fault(status, body, headers or {}, times))


def rounded(rows):
    """Sums and percentiles come out a little different each time. With the type of each value."""
    return [
        {
            name: (type(value), round(value, 6) if isinstance(value, float) else value)
            for name, value in row.items()
        }
        for row in rows
    ]


@pytest.mark.parametrize("name", queries())
@pytest.mark.parametrize(
    "wanted",
    [Wanted(), Wanted(route="canary", promotion=CANARY), Wanted(stage='no "such\\ stage')],
    ids=["all", "one", "none"],
)
def test_it_answers_as_the_audit_file_does(name, wanted, logs, recorded):
    query = queries()[name]
    assert rounded(logs.ask(query, wanted)) == rounded(AuditFile(recorded).ask(query, wanted))


def test_a_time_range_is_sent_with_its_end_left_out(logs, workspace, recorded):
    moments = sorted(json.loads(line)["TimeGenerated"] for line in recorded.open())
    first, last = (datetime.fromisoformat(moments[n]) for n in (100, 200))
    wanted = Wanted(since=first, until=last)
    query = queries()["promotions-by-outcome"]
    assert logs.ask(query, wanted) == AuditFile(recorded).ask(query, wanted)
    start, end = workspace.asked[0]["timespan"].split("/")
    assert datetime.fromisoformat(start) == first
    assert datetime.fromisoformat(end) == last - timedelta(microseconds=1)


def test_without_a_time_range_none_is_sent_and_without_an_end_it_goes_beyond_now(logs, workspace):
    logs.ask(LEAD_TIME, Wanted())
    logs.ask(LEAD_TIME, Wanted(since=datetime(2026, 1, 1, tzinfo=UTC)))
    assert not workspace.asked[0].get("timespan")
    end = workspace.asked[1]["timespan"].split("/")[1]
    assert datetime.fromisoformat(end) > datetime.now(UTC)


def test_a_token_is_asked_for_once_for_all_questions(logs, workspace):
    class Counting(DefaultAzureCredential):
        asked: list[tuple[tuple[str, ...], dict[str, object]]] = []

        def get_token(self, *scopes, **given):
            self.asked.append((scopes, given))
            return super().get_token(*scopes)

    source = LogAnalytics(ID, Counting(), endpoint=workspace.url, tenant_id="t-1")
    for _ in range(2):
        source.ask(LEAD_TIME, Wanted())
    assert Counting.asked == [((f"{workspace.url}/.default",), {"tenant_id": "t-1"})]
    sent = {one["headers"]["authorization"] for one in workspace.asked}
    assert len(sent) == 1


def test_figures_that_json_does_not_have_are_left_out(logs):
    text = queries()["lead-time"].text
    head = text.partition("\nlet ")[0]
    params = "".join(f'let {name} = "";\n' for name in ("route", "stage", "promotion"))
    rest = "print nan = real(nan), more = real(+inf), none = int(null), text = ''"
    (row,) = logs.ask(Query.read("odd", f"{head}\n{params}{rest}"), Wanted())
    assert row == {"nan": None, "more": None, "none": None, "text": ""}


def test_who_may_not_read_the_workspace_is_told_which_role_it_takes(logs, workspace):
    said = "The provided credentials have insufficient access to perform the requested operation"
    a_fault(workspace, 403, "InsufficientAccessError", said)
    error = refused(logs)
    assert isinstance(error, Terminal)
    assert said in error.failure.reason
    assert "Log Analytics Reader" in error.failure.remedy
    assert error.failure.code == "Forbidden"


def test_a_workspace_that_is_not_there_is_wanted_by_its_customer_id(logs, workspace):
    error = refused(a_source(workspace, "log-promotion"))
    assert error.failure.code == "NoSuchWorkspace"
    assert "customerId" in error.failure.remedy


def test_a_token_for_somebody_else_is_no_login(logs, workspace):
    class Wrong(DefaultAzureCredential):
        def get_token(self, *_scopes, **_given):
            return super().get_token("https://elsewhere/.default")

    error = refused(LogAnalytics(ID, Wrong(), endpoint=workspace.url))
    assert (error.failure.code, "az login" in error.failure.remedy) == ("Unauthenticated", True)


def test_whoever_is_not_logged_in_is_told_how(logs, monkeypatch):
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    error = refused(logs)
    assert error.failure.reason.startswith("Nobody is logged in: ")
    assert "az login" in error.failure.remedy


@pytest.mark.parametrize(("asked", "sent"), [("300", 1), ("0", 3)])
def test_too_many_questions_are_asked_again_only_if_that_is_soon(logs, workspace, asked, sent):
    a_fault(workspace, 429, "ThrottledError", "Too many.", {"Retry-After": asked}, times=9)
    error = refused(logs)
    assert isinstance(error, Retryable)
    assert f"in {asked} seconds" in error.failure.remedy
    assert len(workspace.asked) == sent


def test_half_an_answer_is_none(logs, workspace):
    inner = {"code": "-2133196797", "message": "The results of this query exceed the limit."}
    error = {"code": "PartialError", "message": "There were some errors.", "innererror": inner}
    workspace.faults.append(Fault(200, {"tables": [], "error": error}))
    failure = refused(logs).failure
    assert failure.reason.endswith("only in part: The results of this query exceed the limit.")
    assert "shorter" in failure.remedy


def test_a_workspace_without_the_table_is_asked_about_being_the_right_one(logs, workspace):
    exact = {
        "code": "SEM0100",
        "message": "'where' operator: Failed to resolve table or column expression named "
        "'AppEvents'",
    }
    inner = {"code": "SemanticError", "message": "A semantic error occurred.", "innererror": exact}
    said = "The request had some invalid properties"
    a_fault(workspace, 400, "BadArgumentError", said, innererror=inner)
    failure = refused(logs).failure
    assert exact["message"] in failure.reason
    assert failure.code == "SEM0100"
    assert "right" not in failure.reason
    assert "Application Insights" in failure.remedy


def test_what_is_no_kusto_is_said_as_azure_says_it(logs):
    text = LEAD_TIME.text.replace("\nlet records", "\nlet let records")
    failure = refused(logs, Query.read("broken", text)).failure
    assert failure.code == "SyntaxError"
    assert failure.remedy is None


def test_an_answer_of_something_else_is_told_by_its_status(logs, workspace):
    workspace.faults.append(Fault(502, "<html>bad gateway</html>"))
    error = refused(logs)
    assert isinstance(error, Retryable)
    assert error.failure.code == "502"


def test_a_workspace_out_of_reach_may_be_there_later(workspace, logs):
    source = LogAnalytics(ID, DefaultAzureCredential(), endpoint="https://127.0.0.1:1")
    error = refused(source)
    assert (type(error), error.failure.code) == (Retryable, "ConnectionFailed")


def typed(workspace, *words: str):
    """What comes of ``promote report`` for that workspace."""
    environment = {"PROMOTE_LOGS_ENDPOINT": workspace.url, "PROMOTE_CONFIG": "/no/such"}
    words = ("report", "--since", "2026-01-01", *words)
    return CliRunner().invoke(app, list(words), obj=Surroundings(environment=environment))


def test_the_command_line_tells_the_same_of_a_workspace_as_of_a_file(logs, workspace, recorded):
    of_both = [
        json.loads(typed(workspace, "--json", *words).stdout)["answers"]
        for words in (("--workspace-id", ID), ("--audit-file", str(recorded)))
    ]
    first, second = ({name: rounded(rows) for name, rows in one.items()} for one in of_both)
    assert first == second
    assert len({one["headers"]["authorization"] for one in workspace.asked}) == 1


def test_the_command_line_says_who_may_not_read_a_workspace(logs, workspace):
    a_fault(workspace, 403, "InsufficientAccessError", "No.", times=99)
    result = typed(workspace, "--workspace-id", ID)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "Log Analytics Reader" in result.stderr
