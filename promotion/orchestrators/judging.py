"""Evidence and gates, again and again while a gate holds the version."""

from collections.abc import Sequence
from datetime import timedelta

from promotion.core.candidate import Candidate
from promotion.core.gates import Gate
from promotion.core.plan import Plan
from promotion.core.status import Status
from promotion.core.steps.judging import (
    EvidenceOrder,
    EvidenceReceipt,
    JudgementOrder,
    JudgementReceipt,
)
from promotion.core.verdict import Judgement
from promotion.orchestrators.work import Steps, Work

_LOOKS_A_LIMIT = 24
"""The longest pause between two looks is this part of the limit: enough for whoever waits, and
few enough for the history of the orchestration."""


def judge(work: Work, plan: Plan, gates: Sequence[Gate]) -> Steps[JudgementReceipt]:
    """What ``gates`` answer, and the candidate that they answered about.

    A version that is neither refused nor may move on is looked at again, until it is one of the
    two or the limit has passed; then the last answers stand, which do not let it move on.
    """
    started, pause = work.now, plan.timing.poll_first
    longest = max(plan.timing.hold_limit / _LOOKS_A_LIMIT, pause)
    told: Judgement | None = None
    while True:
        receipt = yield from _look(work, plan, gates)
        judgement = receipt.judgement
        waited = (work.now - started).total_seconds()
        if not judgement.waits or waited >= plan.timing.hold_limit:
            return receipt
        work.wait_for("hold", reason=judgement.reason)
        if judgement != told:  # once for each new answer, not for each look
            yield from work.record("waiting", reason=judgement.reason, waiting_for="hold")
            told = judgement
        span = timedelta(seconds=min(pause, plan.timing.hold_limit - waited))
        yield from work.rest(work.now + span)
        pause = min(pause * plan.timing.poll_growth, longest)
        work.become(Status.EVALUATING)


def _look(work: Work, plan: Plan, gates: Sequence[Gate]) -> Steps[JudgementReceipt]:
    evidence = yield from work.perform(
        EvidenceOrder(
            context=work.context,
            source=plan.source,
            champions=plan.targets_of_champions(gates),
            with_size=plan.needs_size(gates),
        ),
        EvidenceReceipt,
    )
    candidate: Candidate = evidence.candidate
    order = JudgementOrder(
        context=work.context, candidate=candidate, gates=tuple(gates), hosts=plan.hosts
    )
    return (yield from work.perform(order, JudgementReceipt))
