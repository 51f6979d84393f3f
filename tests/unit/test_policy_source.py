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

    def bound(self) -> float:
        """The bound of the only gate of the policy in force."""
        policy = current_policy(self.folder / "promotion.yaml").policy
        return policy.routes["taxi"].gates[0].at_most

    def records(self) -> list[tuple[str, dict[str, str]]]:
        if not self._audit_file.exists():
            return []
        rows = map(json.loads, self._audit_file.read_text().splitlines())
        return [(row["Name"], row["Properties"]) for row in rows]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMOTION_AUDIT_FILE", str(tmp_path / "audit.jsonl"))
    return Home(tmp_path, tmp_path / "audit.jsonl")


def test_a_policy_that_did_not_change_is_not_read_again(home):
    first = current_policy(home.folder / "promotion.yaml")
    assert current_policy(home.folder / "promotion.yaml") is first
    assert home.records() == []


def test_a_changed_policy_is_taken_over_with_a_record(home):
    assert home.bound() == 5.0
    home.write("promotion.yaml", POLICY.replace("5.0", "4.0"))
    assert home.bound() == 4.0
    ((name, properties),) = home.records()
    assert name == "promotion.policy_changed"
    assert properties["policy_digest"]


def test_a_broken_new_version_is_refused_once_and_the_last_good_one_stays(home):
    home.bound()
    home.write("promotion.yaml", POLICY.replace("at_most", "at_mots"))
    assert [home.bound(), home.bound()] == [5.0, 5.0]
    ((name, properties),) = home.records()
    assert name == "promotion.policy_refused"
    assert "promotion.yaml:11:36" in properties["reason"]
    assert "stays in force" in properties["remedy"]


def test_a_broken_version_that_is_mended_counts_again(home):
    home.bound()
    home.write("promotion.yaml", POLICY.replace("at_most", "at_mots"))
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
    (home.folder / "promotion.yaml").unlink()
    assert home.bound() == 5.0
    assert "No such file" in home.records()[0][1]["reason"]


def test_the_first_policy_must_be_good(home):
    home.write("promotion.yaml", "version: 2")
    with pytest.raises(PolicyInvalid):
        home.bound()


def test_a_policy_is_looked_at_again_only_after_a_while(home):
    path = home.folder / "promotion.yaml"
    current_policy(path, refresh=3600)
    home.write("promotion.yaml", POLICY.replace("5.0", "4.0"))
    assert current_policy(path, refresh=3600).policy.routes["taxi"].gates[0].at_most == 5.0
