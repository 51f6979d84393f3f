"""The acceptance test: the story that `make demo` tells, chapter by chapter."""

import pytest

from local.cloud import LocalCloud
from local.demo import demo_policy
from local.observing import Observer
from local.story import Ending, Story, invariants


class Silence:
    """An audience that says nothing."""

    def chapter(self, number, title): ...
    def fact(self, number, row): ...
    def ending(self, number, ending): ...


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> tuple[dict[str, Ending], list[str], dict]:
    directory = tmp_path_factory.mktemp("story")
    with LocalCloud(directory, policy=demo_policy(directory)) as cloud:
        endings = {ending.subject: ending for ending in Story(cloud, Silence()).tell()}
        observer = Observer(cloud)
        ledger = {
            "imports": [
                entry["request_body"]["properties"]["destinationVersion"]
                for entry in observer.requests("POST", r"/import$")
            ],
            "deployments": [
                entry["path"].rpartition("/")[2]
                for entry in observer.requests("PUT", r"/deployments/[^/]+$")
            ],
            "traffic": [state["traffic"] for state in observer.traffic_history()],
        }
        return endings, invariants(observer), ledger


@pytest.mark.parametrize(
    ("subject", "outcome", "reason"),
    [
        ("v1", "succeeded", "answers the sample request with $11.70 and $43.35"),
        ("v2", "rejected", "rmse is 6.81; the policy wants at most 5."),
        ("v1, again", "duplicate (2 records)", "was registered once"),
        ("v3", "rolled_back", "$[0] is 1.7 instead of 12 ± 4"),
        ("v4", "rolled_back", "Not enough quota available for Standard_DS3_v2"),
        ("v5", "succeeded", "v1 is retired"),
        ("garbage", "ignored", "type is missing"),
    ],
)
def test_every_chapter_ends_as_it_should(told, subject, outcome, reason):
    ending = told[0][subject]
    assert ending.outcome == outcome
    assert reason in ending.reason
    assert ending.surprises == []


def test_nothing_was_imported_or_deployed_twice(told):
    _, broken, ledger = told
    assert ledger["imports"] == ["1", "3", "4", "5"]
    assert ledger["deployments"] == [f"taxi-model-{version}" for version in (1, 3, 4, 5)]
    assert broken == []


def test_traffic_went_from_nowhere_to_v1_to_v5_and_nowhere_else(told):
    states = [tuple(traffic.items()) for traffic in told[2]["traffic"]]
    assert list(dict.fromkeys(states)) == [
        (),
        (("taxi-model-1", 100),),
        (("taxi-model-5", 100),),
    ]
