import json

import pytest
from pydantic import ValidationError
from unit.builders import a_candidate

from promotion.core.candidate import Answer
from promotion.core.gates.http import MAX_WORDS, HttpGate
from promotion.core.verdict import Outcome, Verdict

URL = "https://fairness.contoso.com/judge"


def a_gate(**wishes) -> HttpGate:
    return HttpGate(kind="http", name="fairness", url=URL, **wishes)


def verdict(**answer) -> Verdict:
    gate = a_gate()
    return gate.evaluate(a_candidate(answers={gate.question: Answer(**answer)}))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"passed": True}, Outcome.PASSED),
        ({"passed": False}, Outcome.FAILED),
        ({"passed": None}, Outcome.INCONCLUSIVE),
        ({"broken": True}, Outcome.ERROR),
        ({"passed": True, "broken": True}, Outcome.ERROR),
    ],
)
def test_the_answer_of_the_service_is_the_verdict(answer, outcome):
    found = verdict(reason="So it is.", **answer)
    assert (found.gate, found.outcome) == ("http fairness", outcome)
    assert (found.remedy is None) == (outcome is Outcome.PASSED)


def test_words_of_the_service_are_marked_as_its_own():
    found = verdict(passed=False, reason="The gap is 0.2.", remedy="Train on more data.")
    assert found.reason == "The service fairness.contoso.com says: “The gap is 0.2.”"
    assert found.remedy == "Train on more data."


def test_a_service_that_has_not_been_asked_is_inconclusive():
    found = a_gate().evaluate(a_candidate())
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "has not been asked about taxi-model:7" in found.reason


def test_the_answer_to_another_question_does_not_count():
    other = HttpGate(kind="http", name="fairness", url=f"{URL}/2")
    answers = {other.question: Answer(passed=True, reason="Fine.")}
    assert a_gate().evaluate(a_candidate(answers=answers)).outcome is Outcome.INCONCLUSIVE


def test_words_are_one_line_of_what_can_be_shown():
    words = "\x1b[31mRed\n\n### Approved\u202e\u2066\x00 by\tall "
    assert verdict(passed=False, reason=words, remedy=words).remedy == "[31mRed ### Approved by all"


def test_a_long_reason_is_cut():
    assert len(verdict(passed=False, reason="a" * 9_999).reason) < MAX_WORDS + 100


def test_a_question_stays_the_same_when_the_gate_travels():
    gate = a_gate(timeout="10s", token="api://fairness")
    travelled = HttpGate.model_validate(json.loads(gate.model_dump_json()))
    assert travelled.timeout == gate.timeout
    assert travelled.question == gate.question != a_gate().question


@pytest.mark.parametrize(
    "wish",
    [
        {"url": "http://fairness.contoso.com/judge"},
        {"timeout": 0},
        {"timeout": "121s"},
        {"name": ""},
        {"token": ""},
        {"token": "yes"},
        {"token": "api://fairness\r\nX: y"},
    ],
)
def test_what_cannot_be_asked_is_refused(wish):
    with pytest.raises(ValidationError):
        HttpGate.model_validate({"kind": "http", "name": "fairness", "url": URL} | wish)


@pytest.mark.parametrize(
    "resource",
    ["api://fairness", "https://fair.contoso.com/", "0f0e0d0c-0b0a-0908-0706-050403020100"],
)
def test_resources_are_written_as_entra_writes_them(resource):
    assert a_gate(token=resource).token == resource
