import pytest
from pydantic import ValidationError
from unit.builders import a_candidate

from promotion.core.gates.tag import TagGate
from promotion.core.verdict import Outcome


def owner(**wishes) -> TagGate:
    return TagGate(kind="tag", name="owner", **wishes)


@pytest.mark.parametrize(
    ("wishes", "value", "outcome"),
    [
        ({}, "anybody", Outcome.PASSED),
        ({}, None, Outcome.INCONCLUSIVE),
        ({"equals": "risk"}, "risk", Outcome.PASSED),
        ({"equals": "risk"}, "Risk", Outcome.FAILED),
        ({"one_of": ("risk", "fraud")}, "fraud", Outcome.PASSED),
        ({"one_of": ("risk", "fraud")}, "sales", Outcome.FAILED),
        ({"matches": "team-[a-z]+"}, "team-risk", Outcome.PASSED),
        ({"matches": "team-[a-z]+"}, "my team-risk", Outcome.FAILED),
    ],
)
def test_tags(wishes, value, outcome):
    tags = {} if value is None else {"owner": value}
    assert owner(**wishes).evaluate(a_candidate(tags=tags)).outcome is outcome


@pytest.mark.parametrize(("tags", "seen"), [({}, None), ({"owner": "sales"}, "sales")])
def test_the_smallest_change_that_would_pass_is_told(tags, seen):
    change = owner(equals="risk").evaluate(a_candidate(tags=tags)).change
    assert (change.what, change.seen, change.enough) == ("tag owner", seen, "'risk'")


@pytest.mark.parametrize(
    ("wishes", "enough"),
    [
        ({}, "any value"),
        ({"one_of": ("risk", "fraud")}, "one of 'risk', 'fraud'"),
        ({"matches": "team-.*"}, "a match of 'team-.*'"),
    ],
)
def test_what_would_be_enough_is_told_in_words(wishes, enough):
    assert owner(**wishes).evaluate(a_candidate()).change.enough == enough


def test_a_tag_that_passes_needs_no_change():
    assert owner(equals="risk").evaluate(a_candidate(tags={"owner": "risk"})).change is None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("risk ", "'risk '"),
        ("risk\n# Approved", "'risk\\n# Approved'"),
        ("\x1b[2Jrisk\u200b", "'\\x1b[2Jrisk\\u200b'"),
        ("é 東", "'é 東'"),
        ("x" * 201, f"'{'x' * 200}…'"),
    ],
)
def test_every_character_of_a_tag_can_be_seen(value, told):
    verdict = owner(equals="risk").evaluate(a_candidate(tags={"owner": value}))
    assert verdict.reason == f"The tag owner is {told}; the policy wants 'risk'."


@pytest.mark.parametrize(
    "wishes",
    [
        {"equals": "a", "matches": "b"},
        {"one_of": ()},
        {"matches": "("},
        {"equals": 5},
        {"name": ""},
    ],
)
def test_wishes_that_cannot_be_meant_are_refused(wishes):
    with pytest.raises(ValidationError):
        TagGate(**{"kind": "tag", "name": "owner"} | wishes)
