"""That the steps still record what the queries read; the recorded rows are from some day."""

import json
from datetime import UTC, datetime

import pytest
from unit.builders import a_candidate, a_promotion

from promotion.activities.evaluate_gates import evaluate_gates
from promotion.core.steps.judging import JudgementOrder


@pytest.fixture
def records(tmp_path, monkeypatch):
    file = tmp_path / "audit.jsonl"
    monkeypatch.setenv("PROMOTION_AUDIT_FILE", str(file))
    return lambda: [json.loads(line) for line in file.open(encoding="utf-8")]


@pytest.mark.parametrize(
    ("registered", "told"),
    [(datetime(2026, 3, 2, 12, tzinfo=UTC), "2026-03-02T12:00:00+00:00"), (None, None)],
)
def test_evidence_says_when_the_version_was_registered(records, registered, told):
    candidate = a_candidate(registered_at=registered)
    evaluate_gates(JudgementOrder(context=a_promotion().context, candidate=candidate, gates=()))
    (evidence,) = records()
    assert evidence["Properties"].get("registered_at") == told
