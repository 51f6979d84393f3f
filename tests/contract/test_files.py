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
        "data_collector: {collections: {model_inputs: {enabled: 'True'}}}\n",
        "liveness_probe: &probe {initial_delay: 10}\nreadiness_probe: *probe\n",
        "tags: {stage: $STAGE}\n",
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
        (f"{DEPLOYMENT}type: kubernetes", []),
        (
            f"{DEPLOYMENT}type: kubernetes\nenvironment: azureml://registries/r/environments/e/versions/1",
            ["registry reference for environments is not supported for K8SDeployment"],
        ),
        (
            f"{DEPLOYMENT}environment: {{imag: x}}",
            ["environment.imag: unknown field"],
        ),
        (
            f"{DEPLOYMENT}environment: file:env.yml",
            ["environment: there is no file env.yml; paths begin in the folder of this file"],
        ),
        (
            f"{DEPLOYMENT}environment: {{image: x, conda_file: ../conda.yml}}",
            ["environment: there is no file ../conda.yml; paths begin in the folder of this file"],
        ),
        (
            f"{DEPLOYMENT}environment: {{build: {{path: docker}}}}",
            [
                "environment.build.path: there is no file docker; "
                "paths begin in the folder of this file"
            ],
        ),
        (f"{DEPLOYMENT}type: model", ["type: 'model' is not one of managed, kubernetes"]),
        (
            f"{DEPLOYMENT}scale_settings: {{type: target_utilization}}",
            [
                "scale_settings.type: a managed online deployment takes default only, not "
                "target_utilization; let Azure Monitor scale it"
            ],
        ),
        ("", ["this file is empty"]),
        ("- 1", ["this file must be a mapping, with fields such as name"]),
        (
            "a: [",
            ["not YAML: expected the node content, but found '<stream end>' (line 1, column 5)"],
        ),
        (
            "a: 1\n---\nb: 1",
            [
                "not YAML: expected a single document in the stream, but found another document "
                "(line 2, column 1)"
            ],
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
    begin = "paths begin in the folder of this file"
    assert missing == [f"code_configuration.code: there is no folder ../src; {begin}"]
    (tmp_path / "deploy").mkdir()
    (tmp_path / "src").mkdir()
    missing = wrong_with_deployment(DEPLOYMENT + CODE, tmp_path)
    assert missing == ["code_configuration.scoring_script: there is no file score.py in ../src"]
    (tmp_path / "src" / "score.py").touch()
    assert wrong_with_deployment(DEPLOYMENT + CODE, tmp_path) == []


def test_scoring_code_needs_a_script(tmp_path):
    (tmp_path / "deploy").mkdir()
    (message,) = wrong_with_deployment(f"{DEPLOYMENT}code_configuration: {{code: ..}}", tmp_path)
    assert message == "code_configuration.scoring_script: missing data for required field"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (b"def run(:", "score.py line 1: invalid syntax"),
        (b"# \xe9", "score.py is not Python in UTF-8"),
    ],
)
def test_a_script_that_azure_ai_ml_would_not_send_is_a_mistake(tmp_path, script, message):
    (tmp_path / "score.py").write_bytes(script)
    code = "code_configuration: {code: ., scoring_script: score.py}\n"
    wrong = check_deployment(DEPLOYMENT + code, tmp_path / "deployment.yml", MODEL)
    assert wrong == [f"code_configuration.scoring_script: {message}"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("score.py", "score.py is a file; name its folder"),
        (
            "https://x.net/y",
            "there is no folder https://x.net/y; paths begin in the folder of this file",
        ),
    ],
)
def test_scoring_code_is_a_folder_here_or_registered(tmp_path, code, message):
    (tmp_path / "score.py").touch()
    text = f"{DEPLOYMENT}code_configuration: {{code: '{code}', scoring_script: score.py}}\n"
    wrong = check_deployment(text, tmp_path / "deployment.yml", MODEL)
    assert wrong == [f"code_configuration.code: {message}"]


def test_a_file_of_another_kind_is_told_first():
    schema = "$schema: https://x.net/latest/modelBatchDeployment.schema.json\n"
    assert wrong_with_deployment(f"{schema}{DEPLOYMENT}compute: azureml:cpu\n") == [
        "$schema says modelBatchDeployment, and this must be the file of an online deployment",
        "compute: unknown field",
    ]


@pytest.mark.parametrize(
    "placeholder", ["{{NAME}}", "${{ NAME }}", "$NAME", "${NAME}", "$(NAME)", "<NAME>", "#{NAME}#"]
)
def test_a_placeholder_that_was_left_over_is_told_with_its_line(placeholder):
    text = f"{DEPLOYMENT}# a comment with {{{{IT}}}}\ninstance_count: '{placeholder}'\n"
    assert wrong_with_deployment(text) == [
        "instance_count: not a valid integer",
        f"nothing fills placeholders in this file: {placeholder} (line 5); write what they mean",
    ]


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
            ["auth_mode: 'foo' is not one of aml_token, key, aad_token"],
        ),
        (f"{ENDPOINT}compute: azureml:cluster", []),
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


def check_changed_example(folder: Path, old: str, new: str) -> list[str]:
    """What is said about the example's files where ``old`` is replaced, after their names."""
    (folder / "deploy").mkdir()
    for file in (APP_ROOT / "examples" / "taxi-fare").rglob("*.*"):
        text = file.read_text().replace(old, new)
        (folder / file.relative_to(APP_ROOT / "examples" / "taxi-fare")).write_text(text)
    code, output = check_example(folder)
    assert code == 2
    return [line.partition("promotion.yaml:")[2] for line in output.splitlines()[:-1]]


def test_a_mistake_in_a_file_is_shown_at_the_line_of_the_policy_that_names_it(tmp_path):
    (line,) = check_changed_example(tmp_path, "instance_count", "instance_cout")
    place = "32:11: routes.taxi-fare.stages.0.online.deployment: "
    assert line == f"{place}deploy/online-deployment.yml: instance_cout: unknown field"


def test_a_name_that_no_endpoint_can_have_is_told_once_with_the_rule(tmp_path):
    lines = check_changed_example(tmp_path, "name: taxi-fare", "name: '{{ENDPOINT}}'")
    assert [line.partition(".yml: ")[2] for line in lines] == [
        "an endpoint file needs a name of 3 to 32 letters, digits and hyphens, a letter first",
        "nothing fills placeholders in this file: {{ENDPOINT}} (line 2); write what they mean",
    ]


def test_an_endpoint_file_that_is_no_yaml_is_told_with_the_line(tmp_path):
    (line,) = check_changed_example(tmp_path, "auth_mode: key", "auth_mode: [")
    assert line.partition(".yml: ")[2].startswith("not YAML: ")
    assert "(line " in line
