"""The function app is killed right before and after its requests to Azure, and started again.

Each case is one promotion with a canary, on an endpoint that serves an earlier version. A crash
hits several promotions at once, each at a moment of its own.

`make crash` runs it, a minute and a half, for the requests that write. With `CRASH_SWEEP=1` it
takes every request that a promotion makes, the reads, too: ten minutes.
"""

import os
from collections.abc import Iterator
from itertools import batched
from pathlib import Path

import pytest
from stories.crashes import LANES, Crashes, Moment, Outcome, kinds
from stories.service import Service

from local import taxi
from local.cloud import LocalCloud
from local.demo import demo_policy

pytestmark = pytest.mark.skipif(
    {"CRASH", "CRASH_SWEEP"}.isdisjoint(os.environ), reason="make crash runs it"
)

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
        keep_previous: 0
        online:
          endpoint: deploy/{name}.yml
          deployment: deploy/online-deployment.yml
          smoke_test:
            request: deploy/sample-request.json
            response: deploy/sample-response.json
            tolerance: 4.0
          canary: {{steps: [10, 50], every: 1s}}
"""
NAMES = [f"lane{number}" for number in range(LANES)]
ENDPOINT = "/workspaces/mlw-mlops-prod/onlineEndpoints/{name}"
WRITES = {
    ("POST", "/registries/mlops-registry/import"): 1,
    ("PUT", f"{ENDPOINT}/deployments/{{new}}"): 1,
    ("POST", f"{ENDPOINT}/listKeys"): 4,
    ("POST", "/scoring/westeurope/{name}/score"): 4,
    ("PUT", ENDPOINT): 3,
    ("DELETE", f"{ENDPOINT}/deployments/{{old}}"): 1,
}
"""What a promotion writes, and how often. Azure reads keys and scores by POST, too."""
UNDOES = [("PUT", ENDPOINT, 3), ("DELETE", f"{ENDPOINT}/deployments/{{new}}", 1)]
"""What taking it back writes, once it fails at 50 % of the traffic: the PUT after 10 and 50."""
FORWARD = [
    Moment(method, path, number, when)
    for (method, path), count in WRITES.items()
    for number in range(1, count + 1)
    for when in ("before", "after")
]
BACK = [Moment(*undo, when, failing=True) for undo in UNDOES for when in ("before", "after")]


class World:
    """The running service, and what became of the promotions that were hit by a crash."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._crashes = Crashes(Service(cloud), NAMES)
        self.first = self._crashes.first_versions()
        self.calm = self._crashes.undisturbed(self._crashes.lanes[0])
        self.failing = self._crashes.undisturbed(self._crashes.lanes[1], failing=True)
        self._known: dict[Moment, Outcome] = {}

    def at(self, moment: Moment, among: list[Moment]) -> Outcome:
        """What became of the one that was hit at that moment; others are hit beside it."""
        if moment not in self._known:
            some = next(some for some in batched(among, LANES, strict=False) if moment in some)
            for outcome in self._crashes.at(some):
                assert outcome.moment
                self._known[outcome.moment] = outcome
        return self._known[moment]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory: Path = tmp_path_factory.mktemp("crash")
    policy = demo_policy(directory)
    for name in NAMES:
        (policy.parent / "deploy" / f"{name}.yml").write_text(f"name: {name}\nauth_mode: key\n")
    policy.write_text(POLICY + "".join(ROUTE.format(name=name) for name in NAMES))
    with LocalCloud(directory, policy=policy, durable_apart=True) as cloud:
        yield World(cloud)


def check(outcome: Outcome, calm: Outcome) -> None:
    """It has ended as the undisturbed one did, and left nothing behind but the live one."""
    assert outcome.met, "the promotion did not make this request"
    assert outcome.status == calm.status
    last = outcome.states[-1]
    assert ({*last["deployments"]}, last["traffic"]) == ({outcome.live}, {outcome.live: 100})
    assert {sum(state["traffic"].values()) for state in outcome.states} == {100}
    assert outcome.shares == calm.shares
    assert outcome.effects("POST", "/import$") == 1
    assert outcome.effects("PUT", f"/deployments/{outcome.new}$") == 1
    gone = outcome.old if outcome.live == outcome.new else outcome.new
    assert outcome.effects("DELETE", f"/deployments/{gone}$") == 1
    assert {*outcome.orchestrations.values()} == {"Completed"}
    # What is retired may be told before the end or after it.
    assert sorted(outcome.facts) == sorted(calm.facts)
    in_turn, calm_turn = (
        [one for one in facts if one[0] != "retired"] for facts in (outcome.facts, calm.facts)
    )
    assert in_turn == calm_turn


def test_what_a_calm_promotion_looks_like(world):
    assert (world.calm.status, world.calm.shares) == ("succeeded", [0, 10, 50, 100])
    assert (world.failing.status, world.failing.shares) == ("rolled_back", [0, 10, 50, 0])
    found = {kind: count for kind, count in kinds(world.calm).items() if kind[0] != "GET"}
    assert found == WRITES


@pytest.mark.parametrize("moment", FORWARD, ids=str)
def test_a_promotion_survives_a_crash(world, moment):
    check(world.at(moment, FORWARD + BACK), world.calm)


@pytest.mark.parametrize("moment", BACK, ids=str)
def test_a_rollback_survives_a_crash(world, moment):
    check(world.at(moment, FORWARD + BACK), world.failing)


@pytest.mark.skipif("CRASH_SWEEP" not in os.environ, reason="takes minutes: set CRASH_SWEEP=1")
@pytest.mark.parametrize("failing", [False, True], ids=["promotion", "rollback"])
def test_every_request_may_be_the_last_one_before_a_crash(world, subtests, failing):
    calm = world.failing if failing else world.calm
    moments = [
        Moment(method, path, number, when, failing)
        for (method, path), count in kinds(calm).items()
        for number in range(1, count + 1)
        for when in ("before", "after")
    ]
    # The last of each kind first: in a promotion that fails they are those of the undo.
    moments.sort(key=lambda moment: -moment.number)
    for moment in moments:
        with subtests.test(msg=str(moment)):
            outcome = world.at(moment, moments)
            if not outcome.met and moment.method == "GET":
                # A new process reads more, and one that has just read reads less.
                pytest.skip("this promotion did not make the request")
            check(outcome, calm)
