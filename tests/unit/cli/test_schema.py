import json

from typer.testing import CliRunner

from promotion.cli.app import app
from promotion.core.policy.schema import policy_schema
from promotion.settings import APP_ROOT


def test_the_schema_is_printed():
    result = CliRunner().invoke(app, ["policy", "schema"])
    assert json.loads(result.stdout) == policy_schema()


def test_the_schema_in_the_docs_is_current(tmp_path):
    CliRunner().invoke(app, ["policy", "schema", "--output", str(tmp_path / "new.json")])
    checked_in = APP_ROOT / "docs" / "reference" / "promotion.schema.json"
    new = (tmp_path / "new.json").read_text(encoding="utf-8")
    assert checked_in.read_text(encoding="utf-8") == new, "run make schema"


def test_a_file_that_cannot_be_written_is_said(tmp_path):
    result = CliRunner().invoke(app, ["policy", "schema", "--output", str(tmp_path)])
    assert result.exit_code == 2
    assert "cannot be written: Is a directory" in result.stderr
