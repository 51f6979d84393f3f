"""What operators do while versions move: hold, resume, roll back, cancel."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from stories.operator import Operator
from stories.service import Service, Told

from local import taxi
from local.cloud import LocalCloud
from local.demo import demo_policy

NAMES = ("held", "back-before", "back-during", "back-after", "anew", "cancelled", "line")
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
        gates: [{gates}]
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
    every = "1h" if name in ("back-during", "cancelled") else "1s"
    gates = "{kind: approval, by: [bob@contoso.com]}" if name == "back-before" else ""
    return ROUTE.format(name=name, keep=0 if name == "anew" else "1h", gates=gates, every=every)


@pytest.fixture
def service(operator: Operator) -> Service:
    return operator.service


def serving(service: Service, name: str, training: taxi.Training = taxi.GOOD) -> Told:
    told = service.register(training, name=name)
    assert told.end()["Name"] == "promotion.succeeded"
    return told


def now_serving(service: Service, name: str) -> dict[str, int]:
    return service.traffic(name)[-1]


def test_a_held_canary_parks_and_goes_on_when_somebody_resumes(operator, service):
    serving(service, "held")
    told = service.register(taxi.BETTER, name="held")
    told.wait_for("promotion.traffic_shifted")
    operator.hold("held")
    waiting = told.wait_for("promotion.waiting")["Properties"]
    assert (waiting["waiting_for"], waiting["reason"]) == ("hold", "Held by ada: looking into it")
    assert now_serving(service, "held")[f"held-{told.version}"] == 50
    assert service.endpoint("held")["tags"]["promotion.hold"].startswith("held by ada")
    requests = len(service.observer.requests("", "/held"))
    operator.resume("held")
    assert told.end()["Name"] == "promotion.succeeded"
    assert len(service.observer.requests("", "/held")) > requests
    assert service.endpoint("held")["tags"]["promotion.hold"].startswith("resumed by ada")


def test_while_the_line_is_stopped_nothing_is_deployed_anywhere(operator, service):
    operator.stop_the_line()
    told = service.register(name="line")
    waiting = told.wait_for("promotion.waiting")["Properties"]
    assert waiting["reason"] == "Held by ada: an incident"
    assert told.deployments() == 0
    operator.start_the_line()
    assert told.end()["Name"] == "promotion.succeeded"


def test_who_rolls_back_while_a_version_waits_gets_the_previous_one_and_the_other_waits_on(
    operator, service
):
    for training in (taxi.GOOD, taxi.BETTER):
        told = service.register(training, name="back-before")
        told.wait_for("promotion.approval_requested")
        operator.decide(told, "approve", "bob@contoso.com")
        assert told.end()["Name"] == "promotion.succeeded"
    waiting = service.register(taxi.BETTER, name="back-before")
    waiting.wait_for("promotion.approval_requested")

    ended = operator.roll_back("back-before")

    assert (ended["status"], ended["serves"]) == ("succeeded", "back-before-1")
    assert now_serving(service, "back-before") == {"back-before-1": 100}
    operator.decide(waiting, "approve", "bob@contoso.com")
    assert waiting.wait_for("promotion.waiting")["Properties"]["waiting_for"] == "hold"
    operator.resume("back-before")
    assert waiting.end()["Name"] == "promotion.succeeded"


def test_who_rolls_back_during_a_canary_stops_it(operator, service):
    serving(service, "back-during")
    told = service.register(taxi.BETTER, name="back-during")
    told.wait_for("promotion.traffic_shifted")

    ended = operator.roll_back("back-during")

    assert (ended["status"], ended["serves"]) == ("succeeded", "back-during-1")
    end = told.end()
    assert end["Name"] == "promotion.rolled_back"
    assert end["Properties"]["reason"] == "Taken back by ada: complaints"
    assert now_serving(service, "back-during") == {"back-during-1": 100}
    assert service.deployments("back-during") == ["back-during-1"]


def test_who_rolls_back_afterwards_only_moves_the_traffic(operator, service):
    serving(service, "back-after")
    bad = serving(service, "back-after", taxi.BETTER)
    before = len(service.observer.requests("PUT", "/deployments/back-after-"))

    ended = operator.roll_back("back-after")

    assert (ended["status"], ended["serves"]) == ("succeeded", "back-after-1")
    assert len(service.observer.requests("PUT", "/deployments/back-after-")) == before
    told = bad.wait_for("promotion.rolled_back")["Properties"]
    assert (told["serves"], told["actor"]) == ("back-after:1", "ada")
    assert told["reason"] == "Rolled back by ada: complaints"


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
