import json

import pytest
from typer.testing import CliRunner

from promotion.cli.app import app

# Without stages, so that no file is read and azure-ai-ml is not needed.
POLICY = """\
version: 1
workspaces:
  dev: {subscription: s, resource_group: rg, name: "${WS}"}
registry: the-registry
routes:
  taxi:
    from: dev
    models: [taxi-*]
    gates: [{kind: tag, name: team}, {kind: metric, name: rmse, at_most: 5}]
"""


@pytest.fixture
def check(tmp_path, monkeypatch):
    """``policy check promotion.yaml …`` in a folder of its own; the policy is POLICY."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "promotion.yaml").write_text(POLICY)

    def run(*arguments: str, policy: str = "promotion.yaml", **environment: str):
        return CliRunner().invoke(app, ["policy", "check", policy, *arguments], env=environment)

    return run


def test_a_valid_policy_is_summed_up(check):
    result = check("--set", "WS=ws")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "promotion.yaml: valid: 1 route, 0 stages, 2 gates\n"


def test_mistakes_are_told_with_their_lines_and_counted(check, tmp_path):
    (tmp_path / "promotion.yaml").write_text(POLICY.replace("from: dev", "from: dve"))
    result = check()
    assert result.exit_code == 2
    assert result.stdout.splitlines() == [
        "promotion.yaml:3:46: workspaces.dev.name: the app setting WS is not set",
        "promotion.yaml:7:5: routes.taxi.from: 'dve' is not one of the workspaces; "
        "did you mean dev?",
        "promotion.yaml: 2 mistakes",
    ]


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("github", "::error file=promotion.yaml,line=3,col=46::workspaces.dev.name: the app"),
        (
            "azure-pipelines",
            "##vso[task.logissue type=error;sourcepath=promotion.yaml;linenumber=3;"
            "columnnumber=46]workspaces.dev.name: the app",
        ),
    ],
)
def test_pipelines_get_annotations(check, form, line):
    result = check("--format", form)
    assert result.exit_code == 2
    assert result.stdout.startswith(line)


def test_set_counts_more_than_the_settings_file_and_that_more_than_the_environment(check, tmp_path):
    (tmp_path / "local.settings.json").write_text(json.dumps({"Values": {"WS": "a b"}}))
    assert check(WS="ws").exit_code == 0
    assert check("--settings", "local.settings.json", WS="ws").exit_code == 2
    assert check("--settings", "local.settings.json", "--set", "WS=ws").exit_code == 0


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "is not JSON"),
        ("[]", 'has no "Values"'),
        ('{"Values": {}, "IsEncrypted": true}', "is encrypted; decrypt it with"),
    ],
)
def test_a_settings_file_that_cannot_be_used_is_refused(check, tmp_path, content, what):
    if content is not None:
        (tmp_path / "s.json").write_text(content)
    result = check("--settings", "s.json")
    assert result.exit_code == 2
    assert f"s.json {what}" in result.stderr


@pytest.mark.parametrize("assignment", ["WS", "=ws"])
def test_what_is_no_assignment_is_refused(check, assignment):
    result = check("--set", assignment)
    assert result.exit_code == 2
    assert "write NAME=VALUE" in result.stderr


@pytest.mark.parametrize(
    ("policy", "what"), [("nowhere.yaml", "No such file or directory"), (".", "Is a directory")]
)
def test_a_policy_that_cannot_be_read_is_said_on_stderr(check, policy, what):
    result = check(policy=policy)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"{policy} cannot be read: {what}\n"


def test_a_policy_that_is_not_text_is_a_mistake(check, tmp_path):
    (tmp_path / "promotion.yaml").write_bytes(b"\xff\xfe\x00")
    result = check()
    assert result.exit_code == 2
    assert "promotion.yaml:1:1: not a text in UTF-8" in result.stdout
