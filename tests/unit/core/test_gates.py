from typing import Literal

import pytest
from unit.builders import a_candidate

from promotion.core.gates import Gate, judge
from promotion.core.gates.metric import MetricGate
from promotion.core.gates.tag import TagGate
from promotion.core.verdict import Outcome


def rmse(**bounds) -> MetricGate:
    return MetricGate(kind="metric", name="rmse", **bounds)


def owner(**wishes) -> TagGate:
    return TagGate(kind="tag", name="owner", **wishes)


def test_every_gate_is_asked_even_after_a_failure():
    judgement = judge(a_candidate(metrics={"rmse": 9.0}), [rmse(at_most=5), owner(equals="risk")])
    assert [v.outcome for v in judgement.verdicts] == [Outcome.FAILED, Outcome.INCONCLUSIVE]
    assert not judgement.passed
    assert "rmse is 9" in judgement.reason
    assert "no tag owner" in judgement.reason


@pytest.mark.parametrize(("mode", "passes"), [("enforce", False), ("warn", True), ("off", True)])
def test_only_an_enforced_gate_blocks(mode, passes):
    judgement = judge(a_candidate(metrics={"rmse": 9.0}), [rmse(at_most=5, mode=mode)])
    assert judgement.passed is passes
    assert len(judgement.verdicts) == (mode != "off")


def test_a_gate_that_breaks_blocks_and_lets_the_others_answer():
    class BrokenGate(Gate):
        kind: Literal["broken"] = "broken"

        @property
        def label(self):
            return "broken"

        def answer(self, candidate):
            raise ZeroDivisionError("by zero")

    judgement = judge(a_candidate(metrics={"rmse": 1.0}), [BrokenGate(), rmse(at_most=5)])
    assert [v.outcome for v in judgement.verdicts] == [Outcome.ERROR, Outcome.PASSED]
    assert "ZeroDivisionError: by zero" in judgement.reason


def test_a_gate_may_hold_the_version_when_the_evidence_is_missing():
    judgement = judge(a_candidate(), [rmse(at_most=5, inconclusive="hold")])
    assert judgement.waits
    assert not judgement.passed
    assert "rmse" in judgement.reason


@pytest.mark.parametrize(
    ("other", "waits"),
    [(owner(equals="risk"), False), (owner(equals="risk", mode="warn"), True)],
)
def test_a_version_that_another_gate_refuses_is_not_held(other, waits):
    judgement = judge(a_candidate(), [rmse(at_most=5, inconclusive="hold"), other])
    assert judgement.waits is waits


def test_a_gate_that_failed_does_not_hold():
    judgement = judge(a_candidate(metrics={"rmse": 9.0}), [rmse(at_most=5, inconclusive="hold")])
    assert not judgement.waits
