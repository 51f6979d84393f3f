import pytest
from unit.builders import DEV, PROD, a_document

from promotion.core.events import ModelRegistered
from promotion.core.references import ModelVersion

ROUTES = """\
version: 1
workspaces:
  dev:  {subscription: s-dev, resource_group: rg-dev, name: dev-ws}
  prod: {subscription: s-prod, resource_group: rg-prod, name: prod-ws}
registry: the-registry
routes:
  taxi:
    from: [dev, prod]
    models: [taxi-*, cab]
    except: [taxi-test-*]
  pricing:
    from: dev
    models: ['*']
    when: model.tags.team == 'pricing' && !model.name.startsWith('test')
"""


def unwanted(route: str, name: str = "taxi-model", workspace=DEV, **tags: str) -> str | None:
    registered = ModelRegistered(
        event_id="e",
        workspace_id=workspace.arm_id.upper(),
        model=ModelVersion(name=name, version="1"),
        tags=tags,
    )
    return a_document(ROUTES).policy.wishes(registered)[route]


@pytest.mark.parametrize("workspace", [DEV, PROD])
def test_a_route_may_take_models_from_several_workspaces(workspace):
    assert unwanted("taxi", workspace=workspace) is None


def test_a_model_may_be_wanted_by_several_routes():
    assert unwanted("taxi", team="pricing") is unwanted("pricing", team="pricing") is None


@pytest.mark.parametrize(
    ("route", "model", "tags", "reason"),
    [
        ("taxi", {"name": "bus"}, {}, "it takes models called taxi-* or cab"),
        ("taxi", {"name": "taxi-test-1"}, {}, "it takes no models called taxi-test-*"),
        ("pricing", {"workspace": PROD}, {}, "it takes models from dev"),
        ("pricing", {}, {"team": "risk"}, "' is not true"),
        ("pricing", {}, {}, "needs team, which the registration does not tell"),
        ("pricing", {"name": "testing"}, {"team": "pricing"}, "' is not true"),
    ],
)
def test_a_route_says_why_it_does_not_want_a_version(route, model, tags, reason):
    assert reason in unwanted(route, **model, **tags)
