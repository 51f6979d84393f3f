"""Asks every gate of the route about the candidate."""

import json

from promotion import audit
from promotion.core.candidate import Candidate
from promotion.core.context import Context
from promotion.core.gates import judge
from promotion.core.steps.judging import JudgementOrder, JudgementReceipt
from promotion.core.value import Json
from promotion.core.verdict import Verdict
from promotion.handoff.services import hear


def evaluate_gates(order: JudgementOrder) -> JudgementReceipt:
    """All verdicts, each of them written down: nobody learns of a second failure later."""
    candidate = hear(order.candidate, order.gates, order.hosts)
    _write_down(order.context, candidate)
    judgement = judge(candidate, order.gates)
    for number, verdict in enumerate(judgement.verdicts):
        audit.emit(
            "gate_evaluated",
            order.context,
            reason=verdict.reason,
            measurements=_numbers(verdict),
            # A gate that holds the version is asked again, each time of other evidence. When the
            # answer of this activity was lost, a service is asked anew and may say something else.
            key=f"{number} {candidate.as_of} {verdict.outcome}",
            gate=verdict.gate,
            kind=verdict.kind,
            mode=verdict.mode,
            outcome=verdict.outcome,
            threshold=verdict.threshold,
            remedy=verdict.remedy,
            change=verdict.change.to_json() if verdict.change else None,
        )
    return JudgementReceipt(judgement=judgement, candidate=candidate)


def _write_down(context: Context, candidate: Candidate) -> None:
    """What the gates are about to judge, for whoever asks in a year."""
    audit.emit(
        "evidence",
        context,
        key=str(candidate.as_of),
        run=candidate.run,
        job_status=candidate.job.status if candidate.job else None,
        registered_by=candidate.registered_by,
        registered_at=candidate.registered_at.isoformat() if candidate.registered_at else None,
        metrics=_fitting(candidate),
        measurements={"metrics": len(candidate.metrics)},
        champions={
            stage: str(champion.model) if champion else None
            for stage, champion in candidate.champions.items()
        }
        or None,
    )


def _fitting(candidate: Candidate) -> dict[str, Json]:
    """As many metrics as a record holds, by name; the promotion keeps all of them."""
    fitting: dict[str, Json] = {}
    room = audit.MAX_PROPERTY - 2
    for name, metric in sorted(candidate.metrics.items()):
        room -= len(json.dumps({name: metric.to_json()}))
        if room < 0:
            break
        fitting[name] = metric.to_json()
    return fitting


def _numbers(verdict: Verdict) -> dict[str, float]:
    return {"observed": verdict.observed} if isinstance(verdict.observed, float) else {}
