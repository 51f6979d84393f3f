"""Handing over to a pipeline: the activities against Azure DevOps and GitHub, over real TLS."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract.world import Refused, a_context

from local.pipelines import Pipelines, azure_devops, github
from local.pipelines.control import Control
from promotion.core.errors import Failure
from promotion.core.steps.base import FAILED
from promotion.core.ways.handover import Names
from promotion.handoff import github_app, starting
from promotion.triggers.dispatch import carry_out

NAME = "taxi-fare-taxi-1-1a2b3c4d-prod"
GIVEN = {
    "modelName": "taxi-model",
    "modelVersion": "1",
    "registryPath": "azureml://registries/mlops/models/taxi-model/versions/1",
    "promotionId": NAME,
    "environment": "prod",
}
RUN_PATH = r"/runs$"


@pytest.fixture(scope="module")
def pipelines(stand_in, tmp_path_factory):
    with Pipelines(tmp_path_factory.mktemp("pipelines")) as pipelines:
        both = pipelines.ca_file.with_name("both.pem")
        both.write_text(pipelines.ca_file.read_text() + stand_in.ca_file.read_text())
        pipelines.ca_file = both
        yield pipelines


class Side:
    """One of the two services, and what is handed over to it."""

    def __init__(self, control: Control, pipeline: dict[str, Any], words: dict[str, str]) -> None:
        self.control = control
        self.pipeline = pipeline
        self.words = words
        """Its words for how a run ends."""
        self.since = datetime.now(UTC)

    def do(self, activity: str, **order: Any) -> dict[str, Any]:
        given = {
            "context": a_context().to_json(),
            "pipeline": self.pipeline,
            "name": NAME,
            "since": self.since.isoformat(),
            **order,
        }
        reply = json.loads(json.dumps(carry_out(activity, given)))
        if FAILED in reply:
            raise Refused(Failure.model_validate(reply[FAILED]))
        return reply

    def start(self, **order: Any) -> dict[str, Any]:
        return self.do("start_pipeline", **{"parameters": GIVEN, **order})

    def look(self, run: dict[str, Any]) -> dict[str, Any]:
        return self.do("look_at_pipeline", run=run)

    def finish(self, how: str) -> None:
        self.control.finish(self.words.get(how, how))

    def starts(self) -> int:
        ends = ("/runs", "/dispatches")
        asked = self.control.asked
        return sum(one["method"] == "POST" and one["path"].endswith(ends) for one in asked)


@pytest.fixture
def settings(pipelines, monkeypatch):
    for control in (pipelines.azure, pipelines.github):
        control.reset()
    github_app._known.clear()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pipelines.ca_file))
    monkeypatch.setenv("PROMOTION_AZURE_DEVOPS_URL", pipelines.azure_devops_url)
    monkeypatch.setenv("AZURE_DEVOPS_TOKEN", azure_devops.TOKEN)
    monkeypatch.setenv("GITHUB_TOKEN_OF_OURS", github.TOKEN)
    return monkeypatch


def azure_side(pipelines: Pipelines, **changes: Any) -> Side:
    pipeline = {
        "kind": "azure_pipeline",
        "organization": "contoso",
        "project": "mlops",
        "pipeline": 42,
        "token_setting": "AZURE_DEVOPS_TOKEN",
    }
    return Side(pipelines.azure, pipeline | changes, {"cancelled": "canceled"})


def github_side(pipelines: Pipelines, **changes: Any) -> Side:
    workflow = {
        "kind": "github_workflow",
        "repository": "contoso/release",
        "workflow": "release.yml",
        "ref": "main",
        "token_setting": "GITHUB_TOKEN_OF_OURS",
        "url": pipelines.github_url,
    }
    words = {"succeeded": "success", "failed": "failure"}
    return Side(pipelines.github, workflow | changes, words)


@pytest.fixture(params=[azure_side, github_side], ids=["azure", "github"])
def side(request, pipelines, settings) -> Side:
    return request.param(pipelines)


def test_a_run_is_started_with_everything_and_its_link_is_known(side, world):
    run = side.start()["run"]
    (known,) = side.control.runs
    assert known.parameters == GIVEN
    assert run["id"] == known.id
    assert str(known.id) in run["link"]
    (record,) = world.audit()
    assert record["Name"] == "promotion.handed_over"
    assert record["Properties"]["link"] == run["link"]


def test_a_start_that_is_repeated_finds_its_own_run(side):
    assert side.start() == side.start()
    assert side.starts() == 1


def test_the_run_of_another_stage_is_not_taken_for_ours(side):
    side.start(name=f"{NAME}-eu", parameters={**GIVEN, "promotionId": f"{NAME}-eu"})
    side.start()
    assert [run.parameters["promotionId"] for run in side.control.runs] == [f"{NAME}-eu", NAME]


def test_a_run_that_is_older_than_the_delivery_is_not_taken_for_it(side):
    side.start()
    side.since += timedelta(hours=1)
    side.start()
    assert side.starts() == 2


def test_a_run_is_found_behind_many_others(side):
    side.start()
    for number in range(150):
        side.control.begin({"promotionId": f"other-{number}"}, "main")
    side.start()
    assert side.starts() == 1


def test_a_run_that_goes_on_is_not_settled(side):
    receipt = side.look(side.start()["run"])
    assert receipt["settled"] is False
    assert "is in" in receipt["note"]


def test_a_run_that_succeeds_settles(side, world):
    run = side.start()["run"]
    side.finish("succeeded")
    receipt = side.look(run)
    assert receipt.get("settled", True)
    assert "failure" not in receipt
    told = world.audit()[-1]
    assert told["Name"] == "promotion.handover_ended"
    assert told["Properties"]["named"] == "true"


@pytest.mark.parametrize(
    ("how", "code"), [("failed", "PipelineFailed"), ("cancelled", "PipelineCancelled")]
)
def test_a_run_that_does_not_end_well_says_so_with_its_link(side, how, code):
    run = side.start()["run"]
    side.finish(how)
    failure = side.look(run)["failure"]
    assert failure["code"] == code
    assert run["link"] in failure["reason"]


@pytest.mark.parametrize("word", ["skipped", "neutral", "timed_out", "unknown"])
def test_only_success_is_success(side, word):
    run = side.start()["run"]
    side.finish(word)
    assert side.look(run)["failure"]["reason"].startswith("The run of ")


def test_a_run_is_stopped(side, world):
    run = side.start()["run"]
    first = side.do("cancel_pipeline", run=run, reason="The time limit has passed.")
    assert first["settled"] is False
    receipt = side.do("cancel_pipeline", run=run, reason="The time limit has passed.")
    assert receipt["outcome"] == "cancelled"
    assert world.audit()[-1]["Properties"]["reason"] == "The time limit has passed."


def test_a_run_that_succeeded_before_it_could_be_stopped_has_succeeded(side):
    run = side.start()["run"]
    side.finish("succeeded")
    assert side.do("cancel_pipeline", run=run, reason="x")["outcome"] == "succeeded"


def test_a_run_that_ends_while_it_is_being_stopped_is_no_error(side):
    run = side.start()["run"]
    status, path = (409, "/cancel$") if "github" in side.pipeline["kind"] else (400, "/builds/")
    method = "POST" if status == 409 else "PATCH"
    side.control.fault(method, path, status, body={"message": "It has completed."})
    assert side.do("cancel_pipeline", run=run, reason="x")["settled"] is False


def test_what_never_began_needs_no_stopping(side):
    assert "outcome" not in side.do("cancel_pipeline", reason="x")


def test_a_run_that_was_started_and_not_seen_is_found_and_stopped(side):
    side.start()
    sent = {"at": datetime.now(UTC).isoformat(), "accepted": False}
    receipt = side.do("cancel_pipeline", sent=sent, reason="x")
    assert receipt["run"]["id"] == side.control.runs[0].id


def test_a_start_whose_answer_is_lost_is_not_sent_again_at_once(side):
    path = "/runs$|/dispatches$"
    side.control.fault("POST", path, cut=True, carried_out=True)
    receipt = side.start()
    assert receipt["settled"] is False
    assert receipt["sent"]["accepted"] is False
    assert side.start(sent=receipt["sent"])["run"]["id"] == side.control.runs[0].id
    assert side.starts() == 1


def test_a_start_that_is_answered_with_nonsense_was_accepted(side):
    path = "/runs$|/dispatches$"
    side.control.fault("POST", path, 200, body={"who": "knows"}, carried_out=True)
    receipt = side.start()
    assert (receipt["settled"], receipt["sent"]["accepted"]) == (False, True)
    assert side.start(sent=receipt["sent"])["run"]["id"] == side.control.runs[0].id
    assert side.starts() == 1


def test_a_start_that_got_lost_is_sent_again_after_a_while(side):
    side.control.fault("POST", "/runs$|/dispatches$", 502)
    sent = side.start()["sent"]
    assert side.start(sent=sent)["settled"] is False
    assert side.starts() == 1
    sent["at"] = (datetime.now(UTC) - starting.GRACE).isoformat()
    assert "run" in side.start(sent=sent)
    assert len(side.control.runs) == 1


def test_a_service_that_is_away_is_asked_again_as_long_as_there_is_time(side):
    run = side.start()["run"]
    side.control.fault("GET", ".", 503, times=2)
    assert side.look(run)["settled"] is False
    assert side.start()["settled"] is False
    assert side.starts() == 1


def test_a_service_that_wants_to_be_left_alone_is(side):
    side.control.fault("GET", ".", 429, headers={"Retry-After": "600"})
    receipt = side.start()
    until = datetime.fromisoformat(receipt["not_before"])
    assert timedelta(minutes=9) < until - datetime.now(UTC) < timedelta(minutes=11)
    asked = len(side.control.asked)
    again = side.start(not_before=receipt["not_before"])
    assert again["not_before"] == receipt["not_before"]
    assert len(side.control.asked) == asked


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"}, {"message": "no"}),
        ({}, {"message": "You have exceeded a secondary rate limit."}),
        ({"Retry-After": "soon"}, {}),
        ({"Retry-After": "9" * 40}, {}),
    ],
)
def test_githubs_limits_are_no_refusals(pipelines, settings, headers, body):
    side = github_side(pipelines)
    side.control.fault("GET", ".", 403, headers=headers, body=body)
    until = datetime.fromisoformat(side.start()["not_before"])
    assert until <= datetime.now(UTC) + timedelta(hours=1)


def test_a_parameter_that_is_not_declared_is_told_with_the_services_own_words(side):
    with pytest.raises(Refused) as refused:
        side.start(parameters={**GIVEN, "colour": "red"})
    assert "colour" in refused.value.failure.reason
    assert "declares every parameter" in refused.value.failure.remedy or (
        "every input" in refused.value.failure.remedy
    )


def test_a_pipeline_that_is_not_there_is_told(pipelines, settings):
    for side, reason in (
        (azure_side(pipelines, pipeline=43), "no pipeline 43 of contoso/mlops"),
        (azure_side(pipelines, project="other"), "no pipeline 42 of contoso/other"),
        (github_side(pipelines, workflow="other.yml"), "no workflow other.yml of contoso/release"),
    ):
        with pytest.raises(Refused, match=reason):
            side.start()


@pytest.mark.parametrize("page", [203, 302])
def test_a_token_that_azure_devops_does_not_accept_is_told_without_it(pipelines, settings, page):
    settings.setenv("AZURE_DEVOPS_TOKEN", "stale-token")
    side = azure_side(pipelines)
    side.control.settings["sign_in"] = page
    with pytest.raises(Refused) as refused:
        side.start()
    assert f"answered {page}, which leads to its sign-in page" in refused.value.failure.reason
    assert "Renew the token in AZURE_DEVOPS_TOKEN" in refused.value.failure.remedy
    assert "stale" not in str(refused.value.failure)
    assert len(side.control.asked) == 1


def test_a_token_that_github_does_not_accept_is_told_without_it(pipelines, settings):
    settings.setenv("GITHUB_TOKEN_OF_OURS", "stale-token")
    with pytest.raises(Refused, match="Bad credentials") as refused:
        github_side(pipelines).start()
    assert "stale" not in str(refused.value.failure)


def test_the_apps_own_identity_opens_azure_devops(pipelines, settings):
    side = azure_side(pipelines, token_setting=None)
    assert "run" in side.start()
    assert side.control.asked[0]["headers"]["authorization"].startswith("Bearer ")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "is not there or empty"),
        ("@Microsoft.KeyVault(SecretUri=https://v/secrets/s)", "could not be resolved"),
        ("two\nlines", "does not hold a token"),
    ],
)
def test_a_secret_that_is_none_is_told_by_the_name_of_its_setting(side, settings, value, reason):
    setting = side.pipeline["token_setting"]
    settings.delenv(setting) if value is None else settings.setenv(setting, value)
    with pytest.raises(Refused) as refused:
        side.start()
    assert f"{setting}" in refused.value.failure.reason
    assert reason in refused.value.failure.reason
    assert "secrets/s" not in str(refused.value.failure)
    assert not side.control.asked


def test_a_redirect_is_never_followed(pipelines, settings):
    side = github_side(pipelines)
    where = {"Location": f"{pipelines.azure_devops_url}/elsewhere"}
    side.control.fault("GET", ".", 301, headers=where)
    with pytest.raises(Refused, match="contoso/release has moved"):
        side.start()
    assert not pipelines.azure.asked


@pytest.mark.parametrize("body", ["<html>", "[]", '{"value": 1, "workflow_runs": 1}'])
def test_an_answer_that_is_not_documented_starts_nothing(side, body):
    side.control.fault("GET", ".", 200, body=body)
    with pytest.raises(Refused, match="did not answer as it is documented"):
        side.start()
    assert side.starts() == 0


@pytest.mark.parametrize("body", ["[" * 100_000, '{"message": 5}', '{"message": "a\\u0000b\\n"}'])
def test_a_refusal_that_nobody_can_read_is_a_refusal(side, body):
    side.control.fault("GET", ".", 404, body=body)
    with pytest.raises(Refused, match="answered 404") as refused:
        side.start()
    assert refused.value.failure.reason.isprintable()


def test_a_link_that_leads_elsewhere_than_to_a_page_is_not_shown(pipelines, settings):
    side = github_side(pipelines)
    body = {"workflow_run_id": 5, "html_url": "javascript:alert(1)"}
    side.control.fault("POST", "/dispatches$", 200, body=body)
    assert side.start()["run"] == {"id": 5}


# -- what only one of them does


def test_without_its_parameters_a_build_is_found_by_its_number(pipelines, settings):
    side = azure_side(pipelines)
    side.control.settings["parameters_listed"] = False
    assert side.start() == side.start()
    assert side.starts() == 1


@pytest.mark.parametrize(
    ("branch", "ref"), [("main", "refs/heads/main"), ("refs/tags/v1", "refs/tags/v1")]
)
def test_the_branch_is_given_as_azure_devops_wants_it(pipelines, settings, branch, ref):
    side = azure_side(pipelines, branch=branch)
    side.start()
    assert side.control.runs[0].ref == ref


def test_an_older_github_is_asked_without_the_wish_and_searched(pipelines, settings):
    side = github_side(pipelines)
    side.control.settings |= {"old": True, "hidden": 1}
    receipt = side.start()
    assert receipt["sent"]["accepted"] is True
    assert side.start(sent=receipt["sent"])["settled"] is False
    assert side.start(sent=receipt["sent"])["run"]["id"] == side.control.runs[0].id
    assert len(side.control.runs) == 1


def test_a_workflow_whose_runs_do_not_carry_the_id_is_never_started_twice(pipelines, settings):
    side = github_side(pipelines)
    side.control.settings |= {"old": True, "hidden": 1000}
    sent = side.start()["sent"]
    sent["at"] = (datetime.now(UTC) - starting.GRACE).isoformat()
    with pytest.raises(Refused, match="none of its runs has") as refused:
        side.start(sent=sent)
    assert "run-name" in refused.value.failure.remedy
    assert len(side.control.runs) == 1


APP = {"id": github.APP, "installation": github.INSTALLATION, "key_setting": "APP_KEY"}


def a_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


@pytest.mark.parametrize("breaks", ["\n", "\\n"])
def test_a_github_app_gives_one_token_for_many_requests(pipelines, settings, breaks):
    settings.setenv("APP_KEY", a_key().replace("\n", breaks))
    side = github_side(pipelines, token_setting=None, app=APP)
    side.start()
    side.start()
    asked = [one["path"] for one in side.control.asked]
    assert asked.count(f"/app/installations/{github.INSTALLATION}/access_tokens") == 1
    assert len(side.control.runs) == 1


def test_a_key_that_is_none_is_told_by_the_name_of_its_setting(pipelines, settings):
    settings.setenv("APP_KEY", "not a key")
    with pytest.raises(Refused, match="APP_KEY does not hold a private key") as refused:
        github_side(pipelines, token_setting=None, app=APP).start()
    assert "not a key" not in str(refused.value.failure)


def test_an_app_that_github_does_not_know_is_told(pipelines, settings):
    settings.setenv("APP_KEY", a_key())
    with pytest.raises(Refused, match="gives the app 8 no token"):
        github_side(pipelines, token_setting=None, app=APP | {"id": 8}).start()


def test_what_is_given_is_what_the_example_declares(pipelines):
    declared = Names().given.values()
    for control in (pipelines.azure, pipelines.github):
        assert set(declared) < control.declared.parameters.keys()
