"""Stops a run for which nobody waits any more."""

from datetime import UTC, datetime

from promotion import audit
from promotion.core.steps.handover import Run, StopOrder, StopReceipt
from promotion.handoff.runs import Runs, State
from promotion.handoff.starting import Later, is_fresh, patiently


def cancel_pipeline(order: StopOrder) -> StopReceipt:
    """Settled once it has ended, or if it never began."""
    found = patiently(order, lambda runs: _stopped(order, runs))
    if isinstance(found, Later):
        return StopReceipt(settled=False, note=found.note, not_before=found.not_before)
    if found is None:
        unseen = order.sent is not None and is_fresh(order.sent)
        return StopReceipt(settled=not unseen, note="the run is not listed" if unseen else None)
    run, state = found
    if state.outcome is None:
        note = f"the run of {order.pipeline.label} is {state.word}"
        return StopReceipt(settled=False, note=note, run=run)
    audit.emit(
        "handover_ended",
        order.context,
        reason=order.reason,
        measurements={"duration_ms": audit.milliseconds(datetime.now(UTC) - order.since)},
        pipeline=order.pipeline.label,
        run=run.id,
        link=run.link,
        outcome=state.word,
    )
    return StopReceipt(run=run, outcome=state.outcome)


def _stopped(order: StopOrder, runs: Runs) -> tuple[Run, State] | None:
    """The run as it was before it was asked to end."""
    run = order.run or runs.find(order.name, order.since)
    if run is None:
        return None
    state = runs.look(run)
    if state.outcome is None:
        runs.stop(run)
    return run, state
