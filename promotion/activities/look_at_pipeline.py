"""Looks how far the team's pipeline is."""

from datetime import UTC, datetime

from promotion import audit
from promotion.core.errors import Failure
from promotion.core.steps.handover import Outcome, RunLookOrder, RunLookReceipt
from promotion.handoff.runs import State, carries
from promotion.handoff.starting import Later, patiently


def look_at_pipeline(order: RunLookOrder) -> RunLookReceipt:
    """The run's state; settled when it has ended, with a failure if it did not end well."""
    found = patiently(order, lambda runs: runs.look(order.run))
    if isinstance(found, Later):
        return RunLookReceipt(settled=False, note=found.note, not_before=found.not_before)
    if found.outcome is None:
        note = f"the run of {order.pipeline.label} is {found.word}"
        return RunLookReceipt(settled=False, note=note, state=found.word)
    failure = _failure(order, found, found.outcome)
    audit.emit(
        "handover_ended",
        order.context,
        failure=failure,
        measurements={"duration_ms": audit.milliseconds(datetime.now(UTC) - order.since)},
        pipeline=order.pipeline.label,
        run=order.run.id,
        link=order.run.link,
        outcome=found.word,
        named=carries(found.title, order.name),
    )
    return RunLookReceipt(state=found.word, failure=failure)


def _failure(order: RunLookOrder, found: State, outcome: Outcome) -> Failure | None:
    if outcome == "succeeded":
        return None
    link = f": {order.run.link}" if order.run.link else "."
    how = "was cancelled" if outcome == "cancelled" else f"ended as {found.word}"
    return Failure(
        reason=f"The run of {order.pipeline.label} {how}{link}",
        remedy="Look at the run; what it had done by then was left as it is.",
        code="PipelineCancelled" if outcome == "cancelled" else "PipelineFailed",
    )
