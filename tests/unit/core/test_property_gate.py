import pytest
from unit.builders import a_candidate

from promotion.core.gates.property import PropertyGate
from promotion.core.verdict import Outcome


@pytest.mark.parametrize(
    ("wishes", "value", "outcome"),
    [
        ({}, "anything", Outcome.PASSED),
        ({}, None, Outcome.INCONCLUSIVE),
        ({"equals": "a"}, "a", Outcome.PASSED),
        ({"equals": "a"}, "b", Outcome.FAILED),
        ({"one_of": ("a", "b")}, "b", Outcome.PASSED),
        ({"matches": "[0-9]+"}, "12", Outcome.PASSED),
        ({"matches": "[0-9]+"}, "12a", Outcome.FAILED),
    ],
)
def test_properties(wishes, value, outcome):
    gate = PropertyGate(kind="property", name="owner", **wishes)
    properties = {} if value is None else {"owner": value}
    assert gate.evaluate(a_candidate(properties=properties)).outcome is outcome


def test_a_tag_is_no_property():
    gate = PropertyGate(kind="property", name="owner")
    assert gate.evaluate(a_candidate(tags={"owner": "a"})).outcome is Outcome.INCONCLUSIVE
