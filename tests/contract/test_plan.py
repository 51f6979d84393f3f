import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from local import taxi
from promotion.cli.app import app

POLICY = Path(__file__).parents[2] / "examples" / "taxi-fare" / "promotion.yaml"
SUBSCRIPTIONS = [
    f"--set={name}={taxi.SUBSCRIPTION}" for name in ("DEV_SUBSCRIPTION_ID", "PROD_SUBSCRIPTION_ID")
]


def plan(*arguments: str, version: str = "1", model: str = taxi.MODEL, policy: Path = POLICY):
    which = [f"--model={model}", f"--version={version}", f"--policy={policy}"]
    return CliRunner().invoke(app, ["plan", "--direct", *which, *SUBSCRIPTIONS, *arguments])


def test_a_good_version_would_be_promoted_and_nothing_is_changed(world):
    world.register(trained_on="nyc-taxi-2026-01")
    world.forget_requests()
    shown = plan()
    assert shown.exit_code == 0
    assert "route taxi-fare: would be promoted" in shown.output
    assert "passed       metric rmse: rmse is 3.42; the policy wants at most 5." in shown.output
    assert "deploy       taxi-model-1 at taxi-fare, mlw-mlops-prod" in shown.output
    assert {request["method"] for request in world.requests()} == {"GET"}


def test_an_environment_that_the_source_does_not_have_is_told_beforehand(world, tmp_path):
    policy = shutil.copytree(POLICY.parent, tmp_path / "taxi-fare") / "promotion.yaml"
    deployment = policy.parent / "deploy" / "online-deployment.yml"
    deployment.write_text(deployment.read_text() + "environment: azureml:fare-env:3\n")
    world.register(trained_on="nyc-taxi-2026-01")
    shown = plan(policy=policy)
    assert shown.exit_code == 1
    assert "route taxi-fare: would fail after the copy" in shown.output
    assert "missing      There is no environment fare-env:3 in the workspace" in shown.output
    assert "share        environment fare-env:3 with mlops-registry" in shown.output


def test_a_bad_version_would_be_refused_with_every_reason(world):
    world.register(training=taxi.INACCURATE)
    shown = plan()
    assert shown.exit_code == 1
    assert "would be refused" in shown.output
    assert "failed       metric rmse: rmse is 6.81" in shown.output
    assert "inconclusive tag trained_on" in shown.output
    assert "deploy" not in shown.output


def test_a_model_that_no_route_wants_is_no_success(world):
    world.http.put(
        f"/subscriptions/{taxi.SUBSCRIPTION}/resourceGroups/rg-mlops-dev/providers/"
        f"Microsoft.MachineLearningServices/workspaces/{taxi.DEV}/models/bus/versions/1",
        params={"api-version": "2023-08-01-preview"},
        json={"properties": {"modelUri": taxi.GOOD.model_path, "modelType": "mlflow_model"}},
    )
    shown = plan(model="bus")
    assert shown.exit_code == 1
    assert "does not want it, because it takes models called taxi-*" in shown.output


def test_scripts_get_everything_as_json(world):
    world.register(trained_on="nyc-taxi-2026-01")
    shown = json.loads(plan("--json").output)
    assert shown["candidate"]["metrics"]["rmse"]["value"] == 3.42
    assert shown["routes"][0]["judgement"]["verdicts"][0]["outcome"] == "passed"


def test_a_version_that_does_not_exist_is_a_mistake(world):
    shown = plan(version="99")
    assert shown.exit_code == 2
    assert "registered and then deleted" in shown.stderr


def test_a_policy_that_cannot_be_used_is_a_mistake(world):
    shown = plan(policy=Path("nowhere.yaml"))
    assert shown.exit_code == 2
    assert "nowhere.yaml cannot be read" in shown.stderr


def test_a_workspace_that_the_policy_does_not_know_is_a_mistake(world):
    shown = plan("--workspace=elsewhere")
    assert shown.exit_code == 2
    assert "dev, prod" in shown.stderr


CHAMPION = """
    gates:
      - {kind: champion, metric: rmse, better: lower}
      - {kind: http, name: fairness, url: 'https://localhost:1/judge', mode: warn}
"""


def with_a_champion_gate(folder: Path) -> Path:
    shutil.copytree(POLICY.parent, folder, dirs_exist_ok=True)
    text = POLICY.read_text()
    gates = text[text.index("    gates:") : text.index("    stages:")]
    hosts = "hosts: [localhost]\nregistry:"
    (folder / "promotion.yaml").write_text(
        text.replace(gates, CHAMPION[1:]).replace("registry:", hosts, 1)
    )
    return folder / "promotion.yaml"


def test_it_is_compared_with_what_the_stage_serves(world, tmp_path):
    world.serving("1", taxi.GOOD)
    world.register("2", taxi.INACCURATE)
    shown = plan(version="2", policy=with_a_champion_gate(tmp_path))
    assert shown.exit_code == 1
    assert "rmse is 6.81; taxi-model:1, which serves in prod, has 3.42" in shown.output


def test_a_service_that_does_not_answer_is_shown_and_only_warns(world, tmp_path):
    world.register("1", taxi.GOOD)
    shown = plan(policy=with_a_champion_gate(tmp_path))
    assert shown.exit_code == 0
    assert "inconclusive http fairness" in shown.output
    assert "(warning only)" in shown.output


@pytest.mark.parametrize(
    ("option", "said"),
    [((), "was not asked: it wants a token"), (("--send-tokens",), "could not be reached")],
)
def test_a_policy_that_is_tried_gets_nobody_s_token_unasked(world, tmp_path, option, said):
    world.register("1", taxi.GOOD)
    policy = with_a_champion_gate(tmp_path)
    policy.write_text(policy.read_text().replace("mode: warn", "mode: warn, token: 'api://fair'"))
    assert said in plan(*option, policy=policy).output
