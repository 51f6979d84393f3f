"""Asks every gate of the route about the candidate."""

from promotion import audit
from promotion.core.gates import judge
from promotion.core.steps import JudgementOrder, JudgementReceipt
from promotion.core.verdict import Verdict


def evaluate_gates(order: JudgementOrder) -> JudgementReceipt:
    """All verdicts, each of them written down: nobody learns of a second failure later."""
    judgement = judge(order.candidate, order.gates)
    for number, verdict in enumerate(judgement.verdicts):
        audit.emit(
            "gate_evaluated",
            order.context,
            reason=verdict.reason,
            measurements=_numbers(verdict),
            key=str(number),
            gate=verdict.gate,
            kind=verdict.kind,
            mode=verdict.mode,
            outcome=verdict.outcome,
            threshold=verdict.threshold,
            remedy=verdict.remedy,
        )
    return JudgementReceipt(judgement=judgement)


def _numbers(verdict: Verdict) -> dict[str, float]:
    return {"observed": verdict.observed} if isinstance(verdict.observed, float) else {}
