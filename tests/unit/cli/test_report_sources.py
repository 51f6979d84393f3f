"""Which audit records are meant: options, the environment, a local file, a profile."""

from types import SimpleNamespace

import pytest
from azure.core.exceptions import ClientAuthenticationError
from unit.cli.records import a_history, typed, written

from promotion.cli.exits import Failed
from promotion.cli.profiles import Login
from promotion.cli.sources import Named, find_source
from promotion.cli.surroundings import Surroundings

ONE, TWO, THREE = (f"{number}f1c6d0e-7d53-4b8e-9a51-8f6f0b6c1d11" for number in "123")
CONFIG = f"""
default = "test"
[profiles.test]
url = "https://test"
workspace_id = "{TWO}"
tenant_id = "t-2"
login = "device-code"
[profiles.prod]
url = "https://prod"
workspace_id = "{THREE}"
[profiles.bare]
url = "https://bare"
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder without a service's audit file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text(CONFIG)
    return tmp_path


@pytest.fixture
def served(here):
    (here / ".local").mkdir()
    return written(a_history(), here / ".local" / "audit.jsonl")


def found(named=None, asked=None, config="config.toml", **environment):
    """The title of the source, whose credential does nothing."""
    make = (asked if asked is not None else []).append
    around = Surroundings(environment={"PROMOTE_CONFIG": config, **environment}, credential=make)
    return find_source(named or Named(), around).title.rpartition(" ")[2]


def test_an_option_counts_before_all_else(served, here):
    environment = {"PROMOTE_WORKSPACE_ID": ONE, "PROMOTE_PROFILE": "prod"}
    assert found(Named(audit_file=here / "a"), **environment) == str(here / "a")
    assert found(Named(workspace_id=TWO), **environment) == TWO
    assert found(Named(profile="test"), **environment) == TWO


def test_then_the_environment_then_the_local_file_then_the_usual_profile(served):
    assert found(PROMOTE_WORKSPACE_ID=ONE, PROMOTE_PROFILE="prod") == ONE
    assert found(PROMOTE_PROFILE="prod") == THREE
    assert found() == ".local/audit.jsonl"
    assert found(PROMOTE_PROFILE="bare") == ".local/audit.jsonl"
    served.unlink()
    assert found() == TWO


def test_a_profile_says_where_and_how_to_log_in(here):
    asked = []
    found(asked=asked)
    found(Named(workspace_id=ONE, device_code=True), asked=asked)
    found(Named(workspace_id=ONE), asked=asked)
    found(asked=asked, PROMOTE_WORKSPACE_ID=ONE)
    assert [(one.login, one.tenant_id) for one in asked] == [
        (Login.DEVICE_CODE, "t-2"),
        (Login.DEVICE_CODE, None),
        (Login.AZURE, None),
        (Login.AZURE, None),
    ]


@pytest.mark.parametrize(
    ("named", "environment", "said"),
    [
        (Named(), {"config": "none"}, "There is no .local/audit.jsonl here"),
        (Named(profile="bare"), {}, "The profile bare has no workspace_id."),
        (Named(profile="nope"), {}, "has no profile nope"),
        (Named(workspace_id="log-prod"), {}, "'log-prod' is no customer id"),
        (Named(), {"PROMOTE_WORKSPACE_ID": "x"}, "'x' is no customer id"),
        (Named(workspace_id=ONE), {"PROMOTE_LOGS_ENDPOINT": "http://x"}, "'http://x', which is no"),
        (Named(workspace_id=ONE), {"PROMOTE_LOGS_ENDPOINT": "https://"}, "which is no endpoint"),
    ],
)
def test_what_cannot_be_a_source_is_a_mistake(here, named, environment, said):
    with pytest.raises(Failed, match=r".") as failed:
        found(named, **environment)
    assert said in failed.value.detail
    assert failed.value.code == 2


def test_the_local_file_of_a_service_is_reported_on_without_a_word(served):
    result = typed("report")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1] == ".local/audit.jsonl"


def asked_as(get_token):
    """A question to a workspace that is out of reach."""
    environment = {"PROMOTE_LOGS_ENDPOINT": "https://127.0.0.1:1"}
    credential = SimpleNamespace(get_token=get_token)
    words = ("report", "--only", "rollbacks", "--workspace-id", ONE)
    return typed(*words, environment=environment, credential=lambda _: credential)


def test_whoever_is_not_logged_in_is_not_allowed(here):
    def nobody(*_, **__):
        raise ClientAuthenticationError("No login was found.\nAttempted: all")

    result = asked_as(nobody)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.splitlines() == [
        "Nobody is logged in: No login was found.",
        "Log in with az login, or use --device-code.",
    ]


def test_a_workspace_out_of_reach_gives_no_answer_and_shows_no_token(here):
    token = SimpleNamespace(token="s3cret", expires_on=2_000_000_000)
    result = asked_as(lambda *_, **__: token)
    assert result.exit_code == 5
    assert result.stderr.startswith("Log Analytics could not answer rollbacks: ")
    assert "s3cret" not in result.output
