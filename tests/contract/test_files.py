from pathlib import Path

import pytest
from typer.testing import CliRunner

from promotion.azureml.files import check_deployment, check_endpoint
from promotion.cli.app import app
from promotion.settings import APP_ROOT

MODEL = "azureml://registries/r/models/m/versions/1"
ENDPOINT = "name: taxi-fare\nauth_mode: key\n"
DEPLOYMENT = "name: blue\nendpoint_name: x\ninstance_type: Standard_DS3_v2\n"
CODE = "code_configuration: {code: ../src, scoring_script: score.py}\n"


def wrong_with_deployment(text: str, folder: Path = Path("/nowhere")) -> list[str]:
    return check_deployment(text, folder / "deploy" / "deployment.yml", MODEL)


@pytest.mark.parametrize(
    "more",
    [
        "",
        "instance_count: 2\nenvironment: azureml:my-env@latest\n",
        "environment: {name: e, image: mcr.microsoft.com/x}\nenvironment_variables: {A: 1}\n",
        "code_configuration: {code: azureml:my-code:1, scoring_script: score.py}\n",
        "code_configuration: {code: 'https://x.net/y', scoring_script: score.py}\n",
    ],
)
def test_a_deployment_that_azure_ai_ml_accepts_is_accepted(more):
    assert wrong_with_deployment(DEPLOYMENT + more) == []


def test_what_the_service_sets_itself_may_be_missing():
    assert wrong_with_deployment("instance_type: Standard_DS3_v2") == []


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (f"{DEPLOYMENT}instance_cout: 1", ["instance_cout: unknown field"]),
        (f"{DEPLOYMENT}5: 1", ["5: unknown field"]),
        (f"{DEPLOYMENT}b: 1\na: 1", ["a: unknown field", "b: unknown field"]),
        (f"{DEPLOYMENT}instance_count: many", ["instance_count: not a valid integer"]),
        ("name: blue", ["instance_type: missing data for required field"]),
        (
            f"{DEPLOYMENT}request_settings: {{request_timeout_ms: soon}}",
            ["request_settings.request_timeout_ms: not a valid integer"],
        ),
        (f"{DEPLOYMENT}readiness_probe: 5", ["readiness_probe: invalid input type"]),
        (
            f"{DEPLOYMENT}type: kubernetes",
            ["registry reference for models is not supported for K8SDeployment"],
        ),
        (
            f"{DEPLOYMENT}environment: {{imag: x}}",
            [
                "environment.imag: unknown field",
                "environment.name: missing data for required field",
            ],
        ),
        (
            f"{DEPLOYMENT}environment: file:env.yml",
            ["environment: no such file or directory: /nowhere/deploy/env.yml"],
        ),
        ("", ["this file is empty"]),
        ("- 1", ["this file must be a mapping, with fields such as name"]),
        (
            "a: [",
            ["not YAML: expected the node content, but found '<stream end>' (line 1, column 5)"],
        ),
        ("[" * 700 + "]" * 700, ["nested too deeply"]),
    ],
)
def test_what_is_wrong_with_a_deployment_is_said_in_one_line_each(text, messages):
    assert wrong_with_deployment(text) == messages


def test_a_file_over_which_the_loader_stumbles_is_a_message_too():
    (message,) = wrong_with_deployment(f"{DEPLOYMENT}code_configuration: [a]")
    assert message.startswith("azure-ai-ml cannot make sense of this file (AttributeError: ")


def test_scoring_code_must_be_where_the_file_says(tmp_path):
    missing = wrong_with_deployment(DEPLOYMENT + CODE, tmp_path)
    assert missing == ["code_configuration.code: there is no folder ../src"]
    (tmp_path / "deploy").mkdir()
    (tmp_path / "src").mkdir()
    missing = wrong_with_deployment(DEPLOYMENT + CODE, tmp_path)
    assert missing == ["code_configuration.scoring_script: there is no file score.py in ../src"]
    (tmp_path / "src" / "score.py").touch()
    assert wrong_with_deployment(DEPLOYMENT + CODE, tmp_path) == []


def test_scoring_code_needs_a_script(tmp_path):
    (message,) = wrong_with_deployment(f"{DEPLOYMENT}code_configuration: {{code: ..}}", tmp_path)
    assert message.startswith("code_configuration.")


def test_the_sdk_says_nothing_beside_the_messages(caplog):
    assert wrong_with_deployment(f"{DEPLOYMENT}private_network_connection: true") == []
    assert caplog.records == []


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (ENDPOINT, []),
        ("name: taxi-fare", []),
        ("name: taxi-fare\nauth_mod: key", ["auth_mod: unknown field"]),
        (
            "name: taxi-fare\nauth_mode: foo",
            ["auth_mode: value 'foo' passed is not in set ['aml_token', 'key', 'aad_token']"],
        ),
        (f"{ENDPOINT}traffic: {{blue: lots}}", ["traffic.blue: not a valid integer"]),
        ("- 1", ["this file must be a mapping, with fields such as name"]),
    ],
)
def test_what_is_wrong_with_an_endpoint_is_said_too(text, messages):
    assert check_endpoint(text, Path("/nowhere/endpoint.yml")) == messages


def check_example(folder: Path) -> tuple[int, str]:
    settings = str(APP_ROOT / "local.settings.sample.json")
    arguments = ["policy", "check", str(folder / "promotion.yaml"), "--settings", settings]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def test_the_example_is_valid_with_its_files():
    folder = APP_ROOT / "examples" / "taxi-fare"
    summary = f"{(folder / 'promotion.yaml').as_posix()}: valid: 1 route, 1 stage, 2 gates\n"
    assert check_example(folder) == (0, summary)


def test_a_mistake_in_a_file_is_shown_at_the_line_of_the_policy_that_names_it(tmp_path):
    (tmp_path / "deploy").mkdir()
    for file in (APP_ROOT / "examples" / "taxi-fare").rglob("*.*"):
        text = file.read_text().replace("instance_count", "instance_cout")
        (tmp_path / file.relative_to(APP_ROOT / "examples" / "taxi-fare")).write_text(text)
    code, output = check_example(tmp_path)
    place = "promotion.yaml:32:11: routes.taxi-fare.stages.0.online.deployment: "
    assert code == 2
    assert f"{place}deploy/online-deployment.yml: instance_cout: unknown field\n" in output
