from datetime import UTC, datetime

import pytest
from contoso_fairness import FairnessGate

from promotion.plugin import Candidate, Metric, ModelVersion, Outcome, WorkspaceRef

GATE = FairnessGate(metric="approval_rate", max_gap=0.05)


def a_candidate(**rates: float) -> Candidate:
    metrics = {f"approval_rate_group_{group}": Metric(value=rate) for group, rate in rates.items()}
    return Candidate(
        source=WorkspaceRef(subscription="s", resource_group="rg", name="dev"),
        model=ModelVersion(name="loans", version="1"),
        as_of=datetime(2026, 3, 2, tzinfo=UTC),
        metrics=metrics,
    )


@pytest.mark.parametrize(
    ("rates", "outcome"),
    [
        ({"a": 0.62, "b": 0.60}, Outcome.PASSED),
        ({"a": 0.62, "b": 0.41, "c": 0.60}, Outcome.FAILED),
        ({"a": 0.62}, Outcome.INCONCLUSIVE),
        ({"a": 0.62, "b": float("nan")}, Outcome.INCONCLUSIVE),
        ({}, Outcome.INCONCLUSIVE),
    ],
)
def test_the_largest_gap_decides(rates, outcome):
    assert GATE.judge(a_candidate(**rates)).outcome is outcome


def test_the_reason_has_the_figures_and_names_both_groups():
    reason = GATE.judge(a_candidate(a=0.62, b=0.41)).reason
    assert reason == (
        "approval_rate is 0.62 for group a and 0.41 for group b, a gap of 0.21; "
        "the policy wants at most 0.05."
    )
