import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from local import taxi
from promotion.cli.app import app

POLICY = Path(__file__).parents[2] / "examples" / "taxi-fare" / "promotion.yaml"
SETTINGS = [
    f"--set={name}={taxi.SUBSCRIPTION}" for name in ("DEV_SUBSCRIPTION_ID", "PROD_SUBSCRIPTION_ID")
]
HISTORY = {
    "1": (taxi.GOOD, 100),
    "2": (taxi.INACCURATE, 60),
    "3": (taxi.UNLUCKY, 30),
    "4": (taxi.BETTER, 1),
}
"""Training, and how many days ago it was registered, by version."""


@pytest.fixture
def history(world):
    now = datetime.now(UTC)
    models = [
        {
            "workspace": taxi.DEV,
            "name": taxi.MODEL,
            "version": version,
            "job": training.job,
            "path": "model",
            "tags": {"trained_on": "nyc-taxi-2026-01"},
            "created_at": (now - timedelta(days=days)).isoformat(),
        }
        for version, (training, days) in HISTORY.items()
    ]
    world.http.post("/_emulator/seed", json={"models": models})
    return world


def backtest(*arguments: str, policy: Path = POLICY):
    return CliRunner().invoke(app, ["policy", "backtest", str(policy), *SETTINGS, *arguments])


def stricter(folder: Path) -> Path:
    text = POLICY.read_text().replace("at_most: 5.0", "at_most: 3.0")
    for name in ("online-endpoint.yml", "online-deployment.yml", "sample-request.json"):
        (folder / "deploy").mkdir(exist_ok=True)
        (folder / "deploy" / name).write_text((POLICY.parent / "deploy" / name).read_text())
    answer = "sample-response.json"
    (folder / "deploy" / answer).write_text((POLICY.parent / "deploy" / answer).read_text())
    (folder / "promotion.yaml").write_text(text)
    return folder / "promotion.yaml"


def test_versions_of_the_last_weeks_are_judged_in_the_order_of_their_registration(history):
    shown = backtest("--since=90d")
    assert shown.exit_code == 0, shown.output
    rows = [line.split() for line in shown.stdout.splitlines() if line.startswith("  taxi-model")]
    assert [(row[0], row[2]) for row in rows] == [
        ("taxi-model:2", "refused"),
        ("taxi-model:3", "promoted"),
        ("taxi-model:4", "promoted"),
    ]
    assert "rmse is 6.81; the policy wants at most 5." in shown.stdout
    assert "2 of 3 would have been promoted." in shown.stdout


def test_two_policies_stand_side_by_side(history, tmp_path):
    shown = backtest("--since=365d", f"--in-force={POLICY}", policy=stricter(tmp_path))
    assert shown.exit_code == 0, shown.output
    differing = [line for line in shown.stdout.splitlines() if line.startswith("*")]
    assert [line.split()[1] for line in differing] == ["taxi-model:1", "taxi-model:3"]
    assert "rmse is 3.42; the policy wants at most 3." in shown.stdout
    assert (
        "1 of 4 would have been promoted, 3 by the policy in force; 2 differ (*)." in shown.stdout
    )


def test_nothing_is_changed(history):
    history.forget_requests()
    backtest("--since=365d")
    assert {request["method"] for request in history.requests()} == {"GET"}


def test_scripts_get_everything_as_json(history):
    shown = json.loads(backtest("--since=365d", "--json", f"--in-force={POLICY}").stdout)
    assert [row["ending"] for row in shown["policy"]] == [
        "promoted",
        "refused",
        "promoted",
        "promoted",
    ]
    assert shown["in_force"] == shown["policy"]


def test_models_may_be_chosen(history):
    assert "No version was registered" in backtest("--model=bus-*").stdout


def test_a_span_that_is_none_is_a_mistake(history):
    shown = backtest("--since=soon")
    assert shown.exit_code == 2
    assert "a duration such as" in shown.stderr


def test_a_policy_that_is_not_there_is_a_mistake(history):
    assert backtest(policy=Path("nowhere.yaml")).exit_code == 2
