import pytest
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
