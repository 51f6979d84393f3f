import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from unit.builders import POLICY

from promotion.core.policy.schema import policy_schema
from promotion.settings import APP_ROOT

SCHEMA = policy_schema()


def complaints(policy: str) -> list[str]:
    # Editors read dates as the texts that they are.
    plain: Any = json.loads(json.dumps(YAML(typ="safe", pure=True).load(policy), default=str))
    return [error.json_path for error in Draft202012Validator(SCHEMA).iter_errors(plain)]


def text_of(path: str) -> str:
    return (APP_ROOT / path).read_text(encoding="utf-8")


def readme_policy() -> str:
    (policy,) = re.findall(r"```yaml\n(version: 1\n.*?)```", text_of("README.md"), re.DOTALL)
    # Braces of a setting would end the flow mapping around it; the service reads over that.
    return re.sub(r"(\$\{\w+\})", r"'\1'", policy)


def test_it_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


EXAMPLES = sorted(
    path.relative_to(APP_ROOT).as_posix() for path in APP_ROOT.glob("examples/*/promotion.yaml")
)


def test_an_example_points_editors_to_the_schema():
    for path in EXAMPLES:
        schema = text_of(path).splitlines()[0].partition("$schema=")[2]
        written = (APP_ROOT / path).parent / schema
        assert written.resolve() == APP_ROOT / "docs" / "reference" / "promotion.schema.json"


@pytest.mark.parametrize("policy", [POLICY, readme_policy(), *map(text_of, EXAMPLES)])
def test_the_policies_that_people_start_from_are_valid(policy):
    assert complaints(policy) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: dev-ws", "name: 'mlw-${TEAM}'"),
        ("registry: the-registry", "registry: '${REGISTRY}'"),
        ("at_most: 5.0", "at_most: '${RMSE}', mode: '${MODE}'"),
        ("workspace: prod", "workspace: prod\n        keep_previous: '${KEEP}'"),
        ("workspace: prod", "workspace: prod\n        keep_previous: 0"),
        ("workspace: prod", "workspace: prod\n        keep_previous: 1d12h"),
    ],
)
def test_settings_and_durations_are_valid_as_people_write_them(old, new):
    assert complaints(POLICY.replace(old, new, 1)) == []


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("version: 1", "version: 2", "$.version"),
        ("at_most: 5.0", "at_mots: 5.0", "$.routes.taxi.gates[0]"),
        ("kind: metric", "kind: metrik", "$.routes.taxi.gates[0]"),
        ("workspace: prod", "workspace: prod\n        time_limit: 90", "time_limit"),
        ("workspace: prod", "workspace: prod\n        time_limit: soon", "time_limit"),
        ("workspace: prod", "workspace: prod\n        time_limit: ''", "time_limit"),
        ("name: dev-ws", "name: a/b", "$.workspaces.dev.name"),
        ("  taxi:", "  taxi fare:", "$.routes"),
        ("tolerance: 2", "tolerance: much", "smoke_test"),
    ],
)
def test_what_intake_refuses_is_marked_in_the_editor(old, new, where):
    assert any(where in place for place in complaints(POLICY.replace(old, new, 1)))


def defaults(node: Any) -> list[tuple[Any, Any]]:
    """Each schema that has a default, with the default."""
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    own = [(node, node["default"])] if isinstance(node, dict) and "default" in node else []
    return own + [found for one in inner for found in defaults(one)]


def test_every_default_is_valid_where_it_stands():
    found = defaults(SCHEMA)
    assert found
    for schema, default in found:
        Draft202012Validator(schema | {"$defs": SCHEMA["$defs"]}).validate(default)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{kind: metric, name: rmse, at_most: 5.0}", "{kind: metric, name: rmse}"),
        ("        online:\n", "        register: {}\n        online:\n"),
        (
            "{kind: metric, name: rmse, at_most: 5.0}",
            "{kind: http, name: fair, url: 'http://x.com/'}",
        ),
    ],
)
def test_what_belongs_together_is_marked_in_the_editor(old, new):
    assert complaints(POLICY.replace(old, new, 1))
