import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from promotion.cli.app import app

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("name", [path.parent.name for path in EXAMPLES.glob("*/promotion.yaml")])
def test_every_example_is_valid_with_the_files_that_it_names(name):
    if name == "own-gate":
        pytest.skip("needs its package, which test_own_gate.py installs")
    policy = EXAMPLES / name / "promotion.yaml"
    settings = set(re.findall(r"\$\{(\w+)\}", policy.read_text()))
    checked = CliRunner().invoke(
        app, ["policy", "check", str(policy), *(f"--set={setting}=s-1" for setting in settings)]
    )
    assert checked.exit_code == 0, checked.output


def test_the_smallest_policy_of_the_readme_is_the_minimal_example():
    readme = (EXAMPLES.parent / "README.md").read_text()
    (shown,) = re.findall(r"```yaml\n(version: 1\n.*?)```", readme, re.DOTALL)
    example = (EXAMPLES / "minimal" / "promotion.yaml").read_text()
    # Quotes around settings are for editors; the service takes them with and without.
    assert shown == example[example.index("version: 1") :].replace('"', "")
