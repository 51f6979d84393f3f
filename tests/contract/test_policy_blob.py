from itertools import count

import pytest

from local import taxi
from promotion.core.errors import Retryable
from promotion.core.policy.mistakes import PolicyInvalid
from promotion.policy_source import current_policy, place_of
from promotion.settings import SettingInvalid

POLICY = """\
version: 1
workspaces: {dev: {subscription: s, resource_group: g, name: d}}
registry: reg
routes:
  taxi:
    from: dev
    models: [taxi-*]
    gates: [{kind: metric, name: rmse, at_most: 5.0}]
    stages:
      - name: prod
        workspace: dev
        online: {endpoint: deploy/endpoint.yml, deployment: deploy/deployment.yml}
"""


class Container:
    """A container of the stand-in with a policy in it."""

    def __init__(self, world, name: str) -> None:
        self._world = world
        self._name = name
        self.put("team/deploy/endpoint.yml", "name: taxi-fare\n")
        self.put("team/deploy/deployment.yml", "name: blue\n")
        self.url = self.put("team/promotion.yaml", POLICY)

    def put(self, path: str, text: str) -> str:
        """The URL of the blob, which now has that text."""
        answer = self._world.http.put(f"/_emulator/blobs/{self._name}/{path}", content=text)
        return str(answer.json()["url"])

    def delete(self, path: str) -> None:
        self._world.http.delete(f"/_emulator/blobs/{self._name}/{path}")

    def bound(self) -> float:
        return current_policy(self.url).policy.routes["taxi"].gates[0].at_most


_numbers = count()


@pytest.fixture
def container(world) -> Container:
    # The process keeps the policies that it knows, by their URLs.
    return Container(world, f"policy-{next(_numbers)}")


def test_a_policy_is_read_from_a_container_with_the_files_that_it_names(container):
    document = current_policy(container.url)
    assert document.endpoints == {"deploy/endpoint.yml": "taxi-fare"}


def test_a_changed_blob_counts_and_an_unchanged_one_is_not_read_again(container, world):
    assert container.bound() == 5.0
    world.forget_requests()
    assert container.bound() == 5.0
    assert {request["method"] for request in world.requests(path="promotion.yaml")} == {"HEAD"}
    container.put("team/promotion.yaml", POLICY.replace("5.0", "4.0"))
    assert container.bound() == 4.0


def test_a_changed_file_counts_too(container):
    container.bound()
    container.put("team/deploy/endpoint.yml", "name: other-name\n")
    assert current_policy(container.url).endpoints == {"deploy/endpoint.yml": "other-name"}


def test_a_broken_new_version_is_refused_with_a_record_and_the_last_good_one_stays(
    container, world
):
    container.bound()
    container.put("team/promotion.yaml", POLICY.replace("at_most", "at_mots"))
    assert container.bound() == 5.0
    _, refused = world.audit()
    assert refused["Name"] == "promotion.policy_refused"
    assert "promotion.yaml:8:40" in refused["Properties"]["reason"]


def test_a_blob_that_is_missing_is_a_mistake_with_its_line(container):
    container.delete("team/deploy/endpoint.yml")
    with pytest.raises(PolicyInvalid, match=r"promotion.yaml:12:18: .* there is no such blob"):
        container.bound()


def test_a_broken_first_policy_is_refused_with_one_record_until_it_is_mended(container, world):
    container.delete("team/deploy/endpoint.yml")
    for _ in range(2):
        with pytest.raises(PolicyInvalid):
            container.bound()
    container.put("team/deploy/endpoint.yml", "name: taxi-fare\n")
    container.bound()
    told = [record["Name"] for record in world.audit()]
    assert told == ["promotion.policy_refused", "promotion.policy_changed"]


def test_a_policy_that_is_missing_cannot_be_read(container):
    container.delete("team/promotion.yaml")
    with pytest.raises(FileNotFoundError):
        container.bound()


def test_storage_that_does_not_answer_leaves_the_last_policy_in_force(container, world):
    container.bound()
    world.fault("HEAD", "/blobs/.*promotion.yaml", answer={"status": 503}, times=20)
    assert container.bound() == 5.0
    assert [record["Name"] for record in world.audit()] == ["promotion.policy_changed"]


def test_storage_that_never_answered_is_for_event_grid_to_try_again(container, world):
    world.fault("HEAD", "/blobs/.*promotion.yaml", answer={"status": 503}, times=20)
    with pytest.raises(Retryable, match="policy"):
        container.bound()
    assert world.audit() == []  # nobody knows whether the policy is broken


def test_a_file_outside_the_container_is_a_mistake(container):
    container.put("team/promotion.yaml", POLICY.replace("deploy/endpoint", "../../../x/endpoint"))
    with pytest.raises(PolicyInvalid, match="outside the container"):
        container.bound()


@pytest.mark.parametrize(
    "url",
    [
        "https://a.blob.core.windows.net/c/promotion.yaml?sig=secret",
        "https://user@a.blob.core.windows.net/c/promotion.yaml",
        "http://a.blob.core.windows.net/c/promotion.yaml",
        "https://a.blob.core.windows.net/promotion.yaml",
    ],
)
def test_what_is_not_the_plain_url_of_a_blob_is_refused_without_repeating_secrets(url):
    with pytest.raises(SettingInvalid) as refused:
        place_of(url)
    assert "secret" not in str(refused.value)
    assert taxi.SUBSCRIPTION not in str(refused.value)
