"""What operators do while versions move, beside what the acceptance stories have of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from stories.operator import Operator
from stories.service import Service, Told

from local import taxi
from local.cloud import LocalCloud
from local.demo import demo_policy

NAMES = ("anew", "cancelled", "line")
POLICY = f"""\
version: 1
workspaces:
  dev: {{subscription: {taxi.SUBSCRIPTION}, resource_group: rg-mlops-dev, name: mlw-mlops-dev}}
  prod: {{subscription: {taxi.SUBSCRIPTION}, resource_group: rg-mlops-prod, name: mlw-mlops-prod}}
registry: mlops-registry
routes:
"""
ROUTE = """\
  {name}:
    from: dev
    models: [{name}]
    stages:
      - name: prod
        workspace: prod
        keep_previous: {keep}
        online:
          endpoint: deploy/{name}.yml
          deployment: deploy/online-deployment.yml
          smoke_test:
            request: deploy/sample-request.json
            response: deploy/sample-response.json
            tolerance: 4.0
          canary: {{steps: [50], every: {every}}}
"""


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """Who operates a service with a route for each story."""
    directory: Path = tmp_path_factory.mktemp("operations")
    example = demo_policy(directory).parent
    folder = directory / "routes"
    shutil.copytree(example / "deploy", folder / "deploy")
    for name in NAMES:
        (folder / "deploy" / f"{name}.yml").write_text(f"name: {name}\nauth_mode: key\n")
    policy = folder / "promotion.yaml"
    policy.write_text(POLICY + "".join(map(_route, NAMES)))
    with LocalCloud(directory, policy=policy) as cloud:
        yield Operator(Service(cloud))


def _route(name: str) -> str:
    # A canary that waits for the operator, where one has to come in the middle of it.
    every = "1h" if name == "cancelled" else "1s"
    return ROUTE.format(name=name, keep=0 if name == "anew" else "1h", every=every)


@pytest.fixture
def service(operator: Operator) -> Service:
    return operator.service


def serving(service: Service, name: str, training: taxi.Training = taxi.GOOD) -> Told:
    told = service.register(training, name=name)
    assert told.end()["Name"] == "promotion.succeeded"
    return told


def now_serving(service: Service, name: str) -> dict[str, int]:
    return service.traffic(name)[-1]


def test_while_the_line_is_stopped_nothing_is_deployed_anywhere(operator, service):
    operator.stop_the_line()
    told = service.register(name="line")
    waiting = told.wait_for("promotion.waiting")["Properties"]
    assert waiting["reason"] == "Held by ada: an incident"
    assert told.deployments() == 0
    operator.start_the_line()
    assert told.end()["Name"] == "promotion.succeeded"


def test_a_version_whose_deployment_is_gone_is_deployed_again_and_asked(operator, service):
    serving(service, "anew")
    second = serving(service, "anew", taxi.BETTER)
    second.wait_for("promotion.retired")

    ended = operator.roll_back("anew", "1")

    assert (ended["status"], ended["serves"]) == ("succeeded", "anew-1")
    assert now_serving(service, "anew") == {"anew-1": 100}


def test_a_version_that_was_never_promoted_cannot_be_brought_back(operator, service):
    ended = operator.roll_back("anew", "99")
    assert ended["status"] in ("failed", "rolled_back")
    assert "99" in ended["failure"]["reason"]
    assert now_serving(service, "anew") == {"anew-1": 100}


def test_who_cancels_a_canary_gets_the_traffic_back(operator, service):
    serving(service, "cancelled")
    told = service.register(taxi.BETTER, name="cancelled")
    told.wait_for("promotion.traffic_shifted")
    operator.cancel(told)
    end = told.end()
    assert end["Name"] == "promotion.cancelled"
    assert end["Properties"]["reason"] == "Cancelled by ada: the wrong model"
    assert now_serving(service, "cancelled") == {"cancelled-1": 100}
