import json

import pytest
from unit.builders import FILES, POLICY

from promotion.core.policy.mistakes import PolicyInvalid
from promotion.policy_source import current_policy


class Home:
    """A folder with a policy."""

    def __init__(self, folder, audit_file) -> None:
        self.folder = folder
        self._audit_file = audit_file
        for name, text in {"promotion.yaml": POLICY, **FILES}.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def bound(self, instance: int = 1) -> float:
        """The bound of the only gate of the policy that is in force for that instance of the app.

        What is known of a policy is kept by its location: written in another way it is as new as
        to another process.
        """
        policy = current_policy(f"{self.folder}{'/' * instance}promotion.yaml").policy
        return policy.routes["taxi"].gates[0].at_most

    def records(self) -> list[tuple[str, dict[str, str]]]:
        """Since they were last asked for."""
        if not self._audit_file.exists():
            return []
        rows = map(json.loads, self._audit_file.read_text().splitlines())
        found = [(row["Name"], row["Properties"]) for row in rows]
        self._audit_file.unlink()
        return found

    def breaks(self) -> None:
        self.write("promotion.yaml", POLICY.replace("at_most", "at_mots"))


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMOTION_AUDIT_FILE", str(tmp_path / "audit.jsonl"))
    return Home(tmp_path, tmp_path / "audit.jsonl")


def test_a_policy_that_did_not_change_is_not_read_again(home):
    first = current_policy(home.folder / "promotion.yaml")
    home.records()
    assert current_policy(home.folder / "promotion.yaml") is first
    assert home.records() == []


def test_a_changed_policy_is_taken_over_with_a_record(home):
    assert home.bound() == 5.0
    home.records()
    home.write("promotion.yaml", POLICY.replace("5.0", "4.0"))
    assert home.bound() == 4.0
    ((name, properties),) = home.records()
    assert name == "promotion.policy_changed"
    assert properties["policy_digest"]


def test_a_broken_new_version_is_refused_once_and_the_last_good_one_stays(home):
    home.bound()
    home.records()
    home.breaks()
    assert [home.bound(), home.bound()] == [5.0, 5.0]
    ((name, properties),) = home.records()
    assert name == "promotion.policy_refused"
    assert "promotion.yaml:11:36" in properties["reason"]
    assert "stays in force" in properties["remedy"]


def test_a_broken_version_that_is_mended_counts_again(home):
    home.bound()
    home.breaks()
    home.bound()
    home.write("promotion.yaml", POLICY.replace("5.0", "3.0"))
    assert home.bound() == 3.0


def test_a_broken_file_that_is_mended_counts_again(home):
    home.bound()
    home.write("endpoint.yml", "name: x")
    home.bound()
    home.write("endpoint.yml", "name: new-name\n")
    document = current_policy(home.folder / "promotion.yaml")
    assert document.endpoints == {"endpoint.yml": "new-name"}


def test_a_policy_that_is_deleted_stays_in_force(home):
    home.bound()
    home.records()
    (home.folder / "promotion.yaml").unlink()
    assert home.bound() == 5.0
    assert "No such file" in home.records()[0][1]["reason"]


def test_the_first_policy_must_be_good(home):
    home.write("promotion.yaml", "version: 2")
    with pytest.raises(PolicyInvalid):
        home.bound()


def test_a_broken_first_policy_is_refused_with_one_record_however_many_events_come(home):
    home.breaks()
    for _ in range(3):
        with pytest.raises(PolicyInvalid):
            home.bound()
    ((name, properties),) = home.records()
    assert name == "promotion.policy_refused"
    assert "promotion.yaml:11:36" in properties["reason"]
    assert properties["policy_digest"] == ""
    assert "24 hours" in properties["remedy"]


def test_a_first_policy_that_is_broken_in_another_way_is_refused_again(home):
    home.breaks()
    with pytest.raises(PolicyInvalid):
        home.bound()
    home.write("promotion.yaml", "version: 2")
    with pytest.raises(PolicyInvalid):
        home.bound()
    first, second = home.records()
    assert first[1]["record_id"] != second[1]["record_id"]


def test_a_first_policy_that_is_missing_is_refused_with_a_record(home):
    (home.folder / "promotion.yaml").unlink()
    with pytest.raises(FileNotFoundError):
        home.bound()
    assert "No such file" in home.records()[0][1]["reason"]


def test_a_broken_first_policy_that_is_mended_counts_with_a_record(home):
    home.breaks()
    with pytest.raises(PolicyInvalid):
        home.bound()
    home.write("promotion.yaml", POLICY)
    assert [home.bound(), home.bound()] == [5.0, 5.0]
    names = [name for name, _ in home.records()]
    assert names == ["promotion.policy_refused", "promotion.policy_changed"]


def test_each_instance_says_with_the_same_record_which_policy_it_begins_with(home):
    home.bound(instance=1)
    home.write("promotion.yaml", POLICY.replace("5.0", "4.0"))
    home.bound(instance=1)
    home.bound(instance=2)
    old, new, again = home.records()
    assert (again[0], again) == ("promotion.policy_changed", new)
    assert old[1]["record_id"] != new[1]["record_id"]


def test_the_same_mistake_has_the_same_record_on_each_instance(home):
    home.breaks()
    for instance in (1, 2):
        with pytest.raises(PolicyInvalid):
            home.bound(instance)
    one, other = home.records()
    assert one == other


def test_a_policy_is_looked_at_again_only_after_a_while(home):
    path = home.folder / "promotion.yaml"
    current_policy(path, refresh=3600)
    home.write("promotion.yaml", POLICY.replace("5.0", "4.0"))
    assert current_policy(path, refresh=3600).policy.routes["taxi"].gates[0].at_most == 5.0
