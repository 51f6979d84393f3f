"""The example of a team's own gate, built and installed as teams do it, used as they would."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from uv import find_uv_bin

from promotion.settings import APP_ROOT

EXAMPLE = APP_ROOT / "examples" / "own-gate"
JUDGE = """
import json, sys
from datetime import UTC, datetime
from promotion.core.candidate import Candidate, Metric
from promotion.core.gates import judge
from promotion.core.policy.reading import read_policy
from promotion.core.references import ModelVersion

text, rates = open(sys.argv[1]).read(), json.loads(sys.argv[2])
policy = read_policy(text, name="promotion.yaml", settings={}, read_file=lambda path: "").policy
candidate = Candidate(
    source=policy.workspaces["dev"],
    model=ModelVersion(name="loans", version="1"),
    as_of=datetime(2026, 3, 2, tzinfo=UTC),
    metrics={f"approval_rate_group_{group}": Metric(value=rate) for group, rate in rates.items()},
)
print(json.dumps(judge(candidate, policy.routes["loans"].gates).to_json()))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the example is installed. uv builds it by itself: nothing is downloaded."""
    folder = tmp_path_factory.mktemp("installed")
    options = ["--offline", "--no-config", "--no-deps", "--cache-dir", str(folder / "cache")]
    command = [find_uv_bin(), "pip", "install", *options, "--python", sys.executable]
    subprocess.run([*command, "--target", str(folder / "lib"), str(EXAMPLE)], check=True)
    return folder / "lib"


def python(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(installed), str(APP_ROOT)])
    return subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=APP_ROOT,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_its_policy_is_valid(installed):
    run = python(
        installed, "-m", "promotion.cli", "policy", "check", str(EXAMPLE / "promotion.yaml")
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("written", "wrong", "mistake"),
    [
        (
            "max_gap:",
            "max_gab:",
            ":14:39: routes.loans.gates.0.with.max_gab: not an option of this",
        ),
        ("0.05", "wide", ":14:39: routes.loans.gates.0.with.max_gap: input should be a valid num"),
        ("fairness", "fairnes", ":13:9: routes.loans.gates.0.use: no package brings a gate 'fair"),
    ],
)
def test_a_mistake_in_its_options_is_shown_with_its_line(
    installed, tmp_path, written, wrong, mistake
):
    policy = tmp_path / "promotion.yaml"
    policy.write_text((EXAMPLE / "promotion.yaml").read_text().replace(written, wrong))
    run = python(installed, "-m", "promotion.cli", "policy", "check", str(policy))
    assert run.returncode == 2
    assert f"promotion.yaml{mistake}" in run.stdout, run.stdout


@pytest.mark.parametrize(
    ("rates", "outcome", "reason"),
    [
        ({"a": 0.65, "b": 0.6}, "passed", "a gap of 0.05; the policy wants at most 0.05."),
        ({"a": 0.62, "b": 0.41}, "failed", "a gap of 0.21; the policy wants at most 0.05."),
        ({"a": 0.62}, "inconclusive", "for 1 of at least 2 groups."),
    ],
)
def test_it_judges(installed, rates, outcome, reason):
    run = python(installed, "-c", JUDGE, str(EXAMPLE / "promotion.yaml"), json.dumps(rates))
    assert run.returncode == 0, run.stderr
    [verdict] = json.loads(run.stdout)["verdicts"]
    assert verdict["outcome"] == outcome
    assert verdict["reason"].endswith(reason)


def test_its_own_tests_pass_beside_the_app(installed):
    run = python(installed, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLE))
    assert run.returncode == 0, run.stdout
